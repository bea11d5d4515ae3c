/** The package in use on a front-end: `oneext install`, the exporter by its unit's command, and all of it away again. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import test, { type TestContext } from 'node:test';
import {
  type CleanRoot,
  cleanEnvironment,
  difference,
  type Release,
  startFrontEndRoot,
} from '../support/clean-root.ts';
import { repositoryPath } from '../support/expected.ts';
import { makePackages } from '../support/packages.ts';

interface Cloud {
  readonly endpoint: string;
  readonly agentUrl: string;
}

/** A simulated cloud at the ports that a front-end has, in the machine's network. */
const startCloud = async (t: TestContext, { pid }: CleanRoot): Promise<Cloud> => {
  const enter = ['--target', pid, '--net', '--', process.execPath];
  const child = spawn('nsenter', [...enter, repositoryPath('build/test/system/clean-root/front-end.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  t.after(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line) as Cloud;
  throw new Error('the simulator ended');
};

/** What the drop-in has systemd start in place of the stock exporter. */
const readUnit = async (
  root: CleanRoot,
): Promise<{ readonly command: readonly string[]; readonly user: string }> => {
  const unit = await root.shell(
    'cat /etc/systemd/system/opennebula-exporter.service.d/opennebula-extensions.conf',
  );
  const values = (name: string): readonly string[] =>
    [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map((match) => match[1] ?? '');
  assert.equal(values('ExecStart')[0], '', 'the command of the stock exporter must go first');
  return { command: (values('ExecStart')[1] ?? '').split(/\s+/), user: values('User')[0] ?? '' };
};

/** Starts it as systemd would; resolves when it listens. */
const startUnit = async (root: CleanRoot): Promise<ChildProcess> => {
  const { command, user } = await readUnit(root);
  const argv = [...root.enter, ...cleanEnvironment, 'runuser', '-u', user, '--', ...command];
  const exporter = spawn('nsenter', argv, { stdio: ['ignore', 'inherit', 'pipe'] });
  const lines: string[] = [];
  for await (const line of createInterface({ input: exporter.stderr })) {
    lines.push(line);
    if (line.includes('msg=listening')) {
      exporter.stderr.resume();
      return exporter;
    }
  }
  throw new Error(`the exporter ended: ${lines.join('\n')}`);
};

const packages = await makePackages();
const suite = '/usr/lib/one/opennebula-extensions';

/** What oned starts, as it starts it. */
const logIn = async (root: CleanRoot): Promise<void> => {
  await root.put(repositoryPath('test/auth-biscuit/testcases/seed/input.xml'), '/tmp/login.xml');
  const driver = 'runuser -u oneadmin -- /var/lib/one/remotes/auth/biscuit/authenticate </tmp/login.xml';
  assert.match(await root.shell(driver), /^biscuit dann1 [0-9a-f]{64}\n$/);
};
const runHook = async (root: CleanRoot): Promise<void> => {
  const hook = `runuser -u oneadmin -- ${suite}/hooks/vm_scrape_target 0`;
  assert.match(await root.shell(hook), /^INFO: vm_scrape_target: /);
};
const migrate = async (root: CleanRoot): Promise<void> => {
  const said = await root.shell('! /var/lib/one/remotes/vmm/kvm/migrate_tunnel');
  assert.match(said, /^migrate_tunnel: the request to migrate cannot be read/);
};

const readPower = async (root: CleanRoot): Promise<void> => {
  const ask =
    'fetch("http://127.0.0.1:9925/metrics").then(async (answer) => console.log(await answer.text()))';
  const page = await root.done(`${suite}/node/bin/node`, '-e', ask);
  assert.match(page, /^opennebula_vm_power_consumption_uW\{one_vm_id="\d+"\} \d/m, page);
};

/** A front-end whose certificate is signed by an authority of its own: refused until the system trusts that one. */
const checkTrust = async (root: CleanRoot): Promise<void> => {
  const server = `const [read, start] = [require("node:fs").readFileSync, require("node:child_process").spawn];
    const options = { key: read("/tmp/key"), cert: read("/tmp/certificate") };
    const server = require("node:https").createServer(options, (_, answer) => answer.end("not XML"));
    server.listen(8443, "::", () => start("sh", ["-c", process.argv[1]], { stdio: "inherit" }).once("close", () => {
      server.close();
      server.closeAllConnections();
    }));`;
  await root.shell(`openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -addext subjectAltName=DNS:localhost \\
      -addext basicConstraints=critical,CA:TRUE -days 2 -keyout /tmp/key -out /tmp/certificate 2>/dev/null`);
  const program = `env ONE_XMLRPC=https://localhost:8443/RPC2 ${suite}/hooks/vm_scrape_target 0`;
  const ask = async (): Promise<string> => {
    const answers = `runuser -u oneadmin -- ${program} 2>&1`;
    return root.done(`${suite}/node/bin/node`, '-e', server, answers);
  };
  assert.match(await ask(), /certificate/);
  await root.shell('cp /tmp/certificate /usr/local/share/ca-certificates/ours.crt; update-ca-certificates');
  const trusted = await ask();
  assert.doesNotMatch(trusted, /certificate/);
  assert.match(trusted, /^ERROR: vm_scrape_target: /);
  await root.shell(`rm /usr/local/share/ca-certificates/ours.crt /tmp/key /tmp/certificate
    update-ca-certificates --fresh`);
};

const useSuite = async (t: TestContext, release: Release): Promise<void> => {
  const root = await startFrontEndRoot(t, packages, release);
  const { endpoint, agentUrl } = await startCloud(t, root);
  assert.equal(endpoint, 'http://127.0.0.1:2633/RPC2');
  await root.shell(`printf 'power: {agent_url: "${agentUrl}"}\\n' >/etc/one/oneext.yaml
    install -d -o oneadmin -m 700 /var/lib/one/.one
    printf oneadmin:opennebula | install -o oneadmin -m 600 /dev/stdin /var/lib/one/.one/one_auth`);
  const beforehand = (await root.list()).filter((line) => !line.startsWith('/etc/one/oneext.yaml '));
  const configuration = await root.shell('cat /etc/one/oned.conf');
  await root.done('dpkg', '--install', '/tmp/ours.deb');
  // D7-unreadable-for-oneadmin: root reads it, and the exporter would not start.
  await root.shell('chmod 600 /etc/one/oneext.yaml');
  const refused = await root.run(...cleanEnvironment, 'oneext', 'install', '--restart');
  assert.equal(refused.code, 78, refused.stderr);
  assert.match(refused.stderr, /oneadmin cannot read \/etc\/one\/oneext\.yaml.*: chown root:oneadmin/);
  // D7, for its group: as oneadmin's it may be read, and by nobody else.
  await root.shell('chown root:oneadmin /etc/one/oneext.yaml; chmod 640 /etc/one/oneext.yaml');
  await root.done('oneext', 'install');
  // D10-timers: enabled, and their commands are there.
  await root.shell(`cd /etc/systemd/system
    grep -q '^WantedBy=timers.target' timers.target.wants/oneext-geolocation-sync.timer
    test -x "$(sed -n 's/^ExecStart=\\([^ ]*\\).*/\\1/p' oneext-geolocation-sync.service)"`);
  assert.match(await root.shell('cat /etc/one/oned.conf'), /biscuit/);
  await startUnit(root);
  await readPower(root);
  const owners = await root.shell(
    'stat -c %U $(grep -ls /opennebula-exporter /proc/[0-9]*/cmdline | xargs dirname) || true',
  );
  assert.match(owners, /^oneadmin$/m);

  for (const use of [logIn, runHook, migrate]) await use(root);

  assert.match(await root.done('dpkg', '--install', '/tmp/ours.deb'), /"oneext install" brings/);
  // The exporter that runs is not broken by the files that were replaced under it.
  await readPower(root);
  await checkTrust(root);
  assert.match(await root.done('dpkg', '--purge', 'opennebula-extensions'), /the suite is gone/);
  const afterwards = (await root.list()).filter((line) => !line.startsWith('/etc/one/oneext.yaml '));
  assert.deepEqual(difference(afterwards, beforehand), []);
  assert.deepEqual(difference(beforehand, afterwards), []);
  assert.equal(await root.shell('cat /etc/one/oned.conf'), configuration);
  assert.match(await root.shell('cat /tmp/node-was-called || true'), /No such file or directory/);
};

for (const release of ['trixie', 'bookworm'] as const)
  test(`the installed unit's command serves the power of VMs; with the package all of it goes: ${release}`, (t) =>
    useSuite(t, release));
