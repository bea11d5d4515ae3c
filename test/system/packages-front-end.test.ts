/** The package in use on a front-end: `oneext install`, the exporter by its unit's command, and all of it away again. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import {
  type CleanRoot,
  cleanEnvironment,
  difference,
  type Release,
  startFrontEndRoot,
} from '../support/clean-root.ts';
import {
  assertNoOtherNode,
  configure,
  readPower,
  startCloud,
  startExporter,
  useAsOned,
} from '../support/packaged-front-end.ts';
import { makePackages } from '../support/packages.ts';

/** What the drop-in has systemd start in place of the stock exporter. */
const readUnit = async (root: CleanRoot): Promise<readonly string[]> => {
  const unit = await root.shell(
    'cat /etc/systemd/system/opennebula-exporter.service.d/opennebula-extensions.conf',
  );
  const values = (name: string): readonly string[] =>
    [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map((match) => match[1] ?? '');
  assert.equal(values('ExecStart')[0], '', 'the command of the stock exporter must go first');
  assert.deepEqual(values('User'), ['oneadmin']);
  return (values('ExecStart')[1] ?? '').split(/\s+/);
};

const packages = await makePackages();
const suite = '/usr/lib/one/opennebula-extensions';
const places = { suite, remotes: '/var/lib/one/remotes' };

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
  const programs = {
    vm_scrape_target: `${suite}/hooks/vm_scrape_target 0`,
    host_geolocation: `${suite}/hooks/host_geolocation 0`,
    oneext: 'oneext geolocation sync',
  };
  const ask = async (program: string): Promise<string> => {
    const answers = `runuser -u oneadmin -- env ONE_XMLRPC=https://localhost:8443/RPC2 ${program} 2>&1`;
    return root.done(`${suite}/node/bin/node`, '-e', server, answers);
  };
  for (const program of Object.values(programs))
    assert.match(await ask(program), /certificate.*: add that authority with update-ca-certificates/);
  await root.shell('cp /tmp/certificate /usr/local/share/ca-certificates/ours.crt; update-ca-certificates');
  for (const [name, program] of Object.entries(programs)) {
    const trusted = await ask(program);
    assert.doesNotMatch(trusted, /certificate/);
    assert.match(trusted, new RegExp(`^(ERROR: )?${name}: .*XML`, 'm'));
  }
  await root.shell(`rm /usr/local/share/ca-certificates/ours.crt /tmp/key /tmp/certificate
    update-ca-certificates --fresh`);
};

const useSuite = async (t: TestContext, release: Release): Promise<void> => {
  const root = await startFrontEndRoot(t, packages, release);
  const cloud = await startCloud(t, root);
  assert.equal(cloud.endpoint, 'http://127.0.0.1:2633/RPC2');
  await configure(root, cloud, '/etc/one');
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
  await startExporter(root, await readUnit(root));
  await readPower(root, places);
  const owners = await root.shell(
    'stat -c %U $(grep -ls /opennebula-exporter /proc/[0-9]*/cmdline | xargs dirname) || true',
  );
  assert.match(owners, /^oneadmin$/m);

  await useAsOned(root, places);

  assert.match(await root.done('dpkg', '--install', '/tmp/ours.deb'), /"oneext install" brings/);
  // The exporter that runs is not broken by the files that were replaced under it.
  await readPower(root, places);
  await checkTrust(root);
  assert.match(await root.done('dpkg', '--purge', 'opennebula-extensions'), /the suite is gone/);
  const afterwards = (await root.list()).filter((line) => !line.startsWith('/etc/one/oneext.yaml '));
  assert.deepEqual(difference(afterwards, beforehand), []);
  assert.deepEqual(difference(beforehand, afterwards), []);
  assert.equal(await root.shell('cat /etc/one/oned.conf'), configuration);
  await assertNoOtherNode(root);
};

for (const release of ['trixie', 'bookworm'] as const)
  test(`the installed unit's command serves the power of VMs; with the package all of it goes: ${release}`, (t) =>
    useSuite(t, release));
