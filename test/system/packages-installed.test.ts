/** The packages in a clean Debian 13: installed, used, upgraded, removed. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import test, { after, type TestContext } from 'node:test';
import { version } from '../../lib/version.ts';
import { type CleanRoot, cleanEnvironment, startCleanRoot } from '../support/clean-root.ts';
import { repositoryPath } from '../support/expected.ts';
import { makePackages } from '../support/packages.ts';
import { temporaryFolder } from '../support/temporary.ts';

const suite = '/usr/lib/one/opennebula-extensions';
const sample = '/etc/one/oneext.yaml.sample';
const record = '/var/lib/opennebula-extensions/front-end/record.json';

const folder = mkdtempSync(path.join(tmpdir(), 'packages-test-'));
after(() => rmSync(folder, { recursive: true }));
const packages = makePackages(folder);

const start = async (t: TestContext): Promise<CleanRoot> => {
  const root = await startCleanRoot(t);
  await root.put(packages.deb, '/tmp/ours.deb');
  await root.put(packages.rpm, '/tmp/ours.rpm');
  // As OpenNebula's packages leave it.
  await root.shell(
    'useradd --system --create-home --home-dir /var/lib/one oneadmin && install -d -m 750 -g oneadmin /etc/one && touch /etc/one/oned.conf',
  );
  return root;
};

const difference = (some: readonly string[], others: readonly string[]): readonly string[] => {
  const known = new Set(others);
  return some.filter((one) => !known.has(one));
};

/** The programs as they must stand there, from dist/. */
const programs = (): readonly string[] =>
  readdirSync('dist', { recursive: true, encoding: 'utf8' }).map((name) => {
    const found = statSync(path.join('dist', name));
    if (found.isDirectory()) return `${suite}/${name} d 755 root:root `;
    return `${suite}/${name} f ${(found.mode & 0o100) === 0 ? 644 : 755} root:root `;
  });

const others = [
  `${sample} f 644 root:root `,
  '/usr/bin/oneext l 777 root:root ../lib/one/opennebula-extensions/oneext',
  '/usr/share/bash-completion/completions/oneext f 644 root:root ',
  '/usr/share/fish/vendor_completions.d/oneext.fish f 644 root:root ',
  '/usr/share/zsh/vendor-completions/_oneext f 644 root:root ',
  '/usr/share/man/man1/oneext.1.gz f 644 root:root ',
  '/usr/share/doc/opennebula-extensions/changelog.gz f 644 root:root ',
  '/usr/share/doc/opennebula-extensions/copyright f 644 root:root ',
  '/usr/share/doc/opennebula-extensions/docs/install.md f 644 root:root ',
];

test('installed: every file in its place, the command, its page; purged: nothing is left', async (t) => {
  const root = await start(t);
  const beforehand = await root.list();
  // apt resolves the dependency on nodejs, without a network.
  const said = await root.done('apt-get', 'install', '--yes', '/tmp/ours.deb');
  assert.match(said, /"oneext install --plan"/);
  const installed = await root.list();
  assert.deepEqual(difference(beforehand, installed), [], 'something was changed');
  assert.deepEqual(difference([...programs(), ...others], installed), []);
  assert.match(installed.find((line) => line.startsWith('/etc/one ')) ?? '', /d 750 root:oneadmin/);
  assert.equal(await root.done('oneext', '--version'), `oneext ${version}\n`);
  assert.match(await root.done('oneext', '--help'), /^Usage: oneext COMMAND/);
  assert.match(await root.done('man', 'oneext'), /oneext - operate the extensions of an OpenNebula cloud/);
  assert.equal(await root.done('dpkg', '--verify', 'opennebula-extensions'), '');

  await root.shell(`echo '# mine' >>${sample}`);
  await root.done('apt-get', 'remove', '--yes', 'opennebula-extensions');
  assert.deepEqual(difference(await root.list(), beforehand), [`${sample} f 644 root:root `]);
  assert.match(await root.shell(`tail -1 ${sample}`), /# mine/);
  await root.done('dpkg', '--purge', 'opennebula-extensions');
  const afterwards = await root.list();
  assert.deepEqual(difference(afterwards, beforehand), []);
  assert.deepEqual(difference(beforehand, afterwards), []);
});

/** The same package, as if it had an older version and another sample. */
const makeOlder = (t: TestContext): string => {
  const folder = path.join(temporaryFolder(t), 'older');
  const run = (file: string, ...argv: readonly string[]): unknown =>
    execFileSync(file, argv, { stdio: 'pipe' });
  run('dpkg-deb', '--raw-extract', packages.deb, folder);
  const control = path.join(folder, 'DEBIAN/control');
  writeFileSync(control, readFileSync(control, 'utf8').replace(/^Version: .*$/m, 'Version: 0.0.9'));
  writeFileSync(path.join(folder, sample), '# an older sample\n');
  run('dpkg-deb', '--root-owner-group', '--build', folder, `${folder}.deb`);
  return `${folder}.deb`;
};

test('upgraded: a sample that nobody has changed is replaced, one of the operator stays', async (t) => {
  const root = await start(t);
  await root.put(makeOlder(t), '/tmp/older.deb');
  const upgrade = async (): Promise<string> => {
    assert.match(await root.done('dpkg', '--status', 'opennebula-extensions'), /^Version: 0\.0\.9$/m);
    return root.done('dpkg', '--install', '--force-confold', '/tmp/ours.deb');
  };
  await root.done('dpkg', '--install', '/tmp/older.deb');
  assert.equal(await root.shell(`cat ${sample}`), '# an older sample\n');
  assert.match(await upgrade(), /"oneext install --plan"/);
  assert.equal(await root.shell(`cat ${sample}`), readFileSync('dist/oneext.yaml.sample', 'utf8'));

  await root.done('dpkg', '--purge', 'opennebula-extensions');
  await root.done('dpkg', '--install', '/tmp/older.deb');
  await root.shell(`echo '# mine' >>${sample} && mkdir -p ${path.dirname(record)} && echo '{}' >${record}`);
  // Before an upgrade nothing is uninstalled; after it, what was put in place waits for its new version.
  assert.match(await upgrade(), /"oneext install" brings what it put in place up to date/);
  assert.equal(await root.shell(`cat ${sample}`), '# an older sample\n# mine\n');
  assert.equal(await root.shell(`cat ${record}`), '{}\n');
});

test('removed while what was put in place cannot be taken back: told, and the record stays', async (t) => {
  const root = await start(t);
  const spoil = `mkdir -p ${path.dirname(record)} && echo nonsense >${record}`;
  await root.done('dpkg', '--install', '/tmp/ours.deb');
  await root.shell(spoil);
  const removal = await root.done('dpkg', '--remove', 'opennebula-extensions');
  assert.match(removal, /"oneext uninstall" failed/);
  await root.done('dpkg', '--purge', 'opennebula-extensions');
  assert.equal(await root.shell(`cat ${record}`), 'nonsense\n');

  await root.done('rpm', '--nodeps', '-i', '/tmp/ours.rpm');
  assert.match(await root.done('rpm', '-e', 'opennebula-extensions'), /"oneext uninstall" failed/);
  assert.equal(await root.shell(`cat ${record}`), 'nonsense\n');
});

test('removed when all has been taken back: no trace of it', async (t) => {
  const root = await start(t);
  const beforehand = await root.list();
  await root.done('dpkg', '--install', '/tmp/ours.deb');
  await root.shell(`mkdir -p ${path.dirname(record)}`);
  assert.doesNotMatch(await root.done('dpkg', '--purge', 'opennebula-extensions'), /uninstall/);
  assert.deepEqual(difference(await root.list(), beforehand), []);
});

test('the rpm has the same files and leaves none', async (t) => {
  const root = await start(t);
  const beforehand = await root.list();
  await root.done('dpkg', '--install', '/tmp/ours.deb');
  const debian = difference(await root.list(), beforehand);
  await root.done('dpkg', '--purge', 'opennebula-extensions');
  const said = await root.done('rpm', '--nodeps', '-i', '/tmp/ours.rpm');
  assert.match(said, /"oneext install --plan"/);
  const ofRpm = difference(await root.list(), beforehand);
  const elsewhere = /zsh|lintian|changelog\.gz/;
  const common = (lines: readonly string[]): readonly string[] =>
    lines.filter((line) => !elsewhere.test(line));
  assert.deepEqual(common(ofRpm), common(debian));
  assert.equal(await root.done('rpm', '--nodeps', '-V', 'opennebula-extensions'), '');
  assert.equal(await root.done('oneext', '--version'), `oneext ${version}\n`);
  await root.done('rpm', '-e', 'opennebula-extensions');
  // rpm leaves folders that it made above those of the package.
  assert.deepEqual(
    difference(await root.list(), beforehand).filter((line) => !/ d /.test(line)),
    [],
  );
  assert.doesNotMatch((await root.list()).join('\n'), /opennebula-extensions/);
});

interface Cloud {
  readonly endpoint: string;
  readonly agentUrl: string;
}

/** A simulated cloud at the ports that a front-end has, in the machine's network. */
const startCloud = async (t: TestContext, { pid }: CleanRoot): Promise<Cloud> => {
  const enter = ['--target', pid, '--net', '--', process.execPath];
  const simulator = repositoryPath('build/simulator/simulator.js');
  const child = spawn('nsenter', [...enter, simulator, '--hosts', '2', '--vms', '4', '--still'], {
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

/** What the drop-in of the package has systemd start. */
const readUnit = async (
  root: CleanRoot,
): Promise<{ readonly command: readonly string[]; readonly user: string }> => {
  const unit = await root.shell(
    `cat ${suite}/systemd/opennebula-exporter.service.d/opennebula-extensions.conf`,
  );
  const values = (name: string): readonly string[] =>
    [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map((match) => match[1] ?? '');
  assert.equal(values('ExecStart')[0], '', 'the command of the stock exporter must go first');
  return { command: (values('ExecStart')[1] ?? '').split(/\s+/), user: values('User')[0] ?? '' };
};

test("the unit's command serves the power of VMs, as the unit's user", async (t) => {
  const root = await start(t);
  await root.done('dpkg', '--install', '/tmp/ours.deb');
  const { endpoint, agentUrl } = await startCloud(t, root);
  assert.equal(endpoint, 'http://127.0.0.1:2633/RPC2');
  await root.shell(`printf 'power: {agent_url: "${agentUrl}"}\\n' >/etc/one/oneext.yaml
    install -d -o oneadmin -m 700 /var/lib/one/.one
    printf oneadmin:opennebula | install -o oneadmin -m 600 /dev/stdin /var/lib/one/.one/one_auth`);
  const { command, user } = await readUnit(root);
  const exporter = spawn(
    'nsenter',
    [...root.enter, ...cleanEnvironment, 'runuser', '-u', user, '--', ...command],
    {
      stdio: ['ignore', 'inherit', 'pipe'],
    },
  );
  const lines: string[] = [];
  for await (const line of createInterface({ input: exporter.stderr })) {
    lines.push(line);
    if (line.includes('msg=listening')) break;
  }
  exporter.stderr.resume();
  assert.match(lines.at(-1) ?? '', /msg=listening/, lines.join('\n'));
  const ask =
    'fetch("http://127.0.0.1:9925/metrics").then(async (answer) => console.log(await answer.text()))';
  const page = await root.done('node', '-e', ask);
  assert.match(page, /^opennebula_vm_power_consumption_uW\{one_vm_id="\d+"\} \d/m, page);
  const owners = await root.shell(
    'stat -c %U $(grep -ls /opennebula-exporter /proc/[0-9]*/cmdline | xargs dirname) || true',
  );
  assert.match(owners, /^oneadmin$/m);
});
