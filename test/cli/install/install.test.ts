/** `oneext install` and `oneext uninstall` as an operator runs them, on made trees of a front-end. */
import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { repositoryPath } from '../../support/expected.ts';
import { addFirstGeneration, makeFrontEnd, onedConfOf } from '../../support/made-front-end.ts';
import { type OneextLab, plans, startLab, succeed } from '../../support/oneext-lab.ts';
import { runProgram } from '../../support/program.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const suite = '/usr/lib/one/opennebula-extensions';
const dropIn = '/etc/systemd/system/opennebula-exporter.service.d/opennebula-extensions.conf';
const tunnel = '/var/lib/one/remotes/vmm/kvm/migrate_tunnel';
const driver = '/var/lib/one/remotes/auth/biscuit/authenticate';
const sudoers = '/etc/sudoers.d/opennebula-extensions';

for (const version of ['6.10', '7.4'] as const) {
  test(`OpenNebula ${version}: plan, install, install again, uninstall`, async (t) => {
    const { tree, oneext } = startLab(t, makeFrontEnd(t, version));
    const before = tree.describe();
    const all = ['install', '--migrate-through-tunnel'];

    const plan = await plans(oneext(...all, '--plan'));
    assert.deepEqual(tree.describe(), before);
    for (const line of [
      /edit \/etc\/one\/oned\.conf\n {6}AUTH_MAD: biscuit added[\s\S]*VM_MAD kvm: -l migrate=migrate_tunnel/,
      new RegExp(`create ${dropIn}`),
      new RegExp(`create ${sudoers}`),
      new RegExp(`create ${tunnel}`),
    ])
      assert.match(plan.stdout, line);

    await succeed(oneext(...all));
    assert.match(tree.read('/etc/one/oned.conf'), /,biscuit"/);
    assert.match(tree.read('/etc/one/oned.conf'), /-l migrate=migrate_tunnel/);
    assert.equal(tree.read(tunnel), readFileSync(repositoryPath('dist/vmm/kvm/migrate_tunnel'), 'latin1'));
    assert.equal(tree.describe().get('etc/sudoers.d/opennebula-extensions')?.split(' ')[1], '440');
    assert.equal(tree.describe().get(driver.slice(1))?.split(' ')[1], '755');
    assert.equal(tree.describe().get('etc/one/oned.conf')?.split(' ')[1], '640');
    assert.equal(tree.describe().get('usr/local/bin/oneext'), `link ${suite}/oneext`);
    const installed = tree.describe();

    // What was asked for once is remembered.
    assert.match((await succeed(oneext('install'))).stdout, /nothing to change/);
    assert.deepEqual(tree.describe(), installed);

    await succeed(oneext('uninstall'));
    assert.deepEqual(tree.describe(), before);
  });
}

test('without being asked, migrations stay as they are', async (t) => {
  const { tree, oneext } = startLab(t);
  await succeed(oneext('install'));
  assert.doesNotMatch(tree.read('/etc/one/oned.conf'), /migrate_tunnel/);
  assert.ok(tree.describe().has(tunnel.slice(1)));
});

test('--only installs these parts; a later run adds others; uninstall takes all of them', async (t) => {
  const { tree, oneext } = startLab(t);
  const before = tree.describe();
  await succeed(oneext('install', '--only', 'exporter'));
  const paths = tree.describe();
  assert.ok(paths.has(dropIn.slice(1)) && !paths.has(driver.slice(1)) && !paths.has(tunnel.slice(1)));
  assert.equal(tree.read('/etc/one/oned.conf'), onedConfOf('7.4'));
  await succeed(oneext('install', '--only', 'auth'));
  assert.ok(tree.describe().has(driver.slice(1)) && tree.describe().has(dropIn.slice(1)));
  await succeed(oneext('uninstall'));
  assert.deepEqual(tree.describe(), before);
});

test('D10-timers: each part has its own, enabled by a link; uninstall leaves nothing of them', async (t) => {
  const { tree, oneext } = startLab(t);
  tree.write('/etc/one/prometheus/prometheus.yml', 'global: {}\n');
  const before = tree.describe();
  const timersIn = (paths: Iterable<string>): readonly string[] =>
    [...paths].filter((one) => one.startsWith('etc/systemd/') && one.includes('sync.'));
  await succeed(oneext('install', '--only', 'prometheus'));
  assert.deepEqual(timersIn(tree.describe().keys()), [
    'etc/systemd/system/oneext-prometheus-sync.service',
    'etc/systemd/system/oneext-prometheus-sync.timer',
    'etc/systemd/system/timers.target.wants/oneext-prometheus-sync.timer',
  ]);
  await succeed(oneext('install', '--only', 'geolocation'));
  const units = '/etc/systemd/system';
  assert.equal(
    tree.describe().get(`${units.slice(1)}/timers.target.wants/oneext-geolocation-sync.timer`),
    `link ${units}/oneext-geolocation-sync.timer`,
  );
  assert.match(tree.read(`${units}/oneext-geolocation-sync.service`), /^User=oneadmin$/m);
  await succeed(oneext('uninstall'));
  assert.deepEqual(tree.describe(), before);
});

test('D10-timers: without Prometheus there is none for its targets; one that is enabled by hand is taken over', async (t) => {
  const { tree, oneext } = startLab(t);
  await succeed(oneext('install', '--only', 'prometheus'));
  assert.ok(
    ![...tree.describe().keys()].some(
      (one) => one.includes('oneext-prometheus-sync.t') && one.startsWith('etc'),
    ),
  );
  const timer = '/etc/systemd/system/oneext-geolocation-sync.timer';
  await succeed(oneext('install', '--only', 'geolocation'));
  rmSync(path.join(tree.root, '/var/lib/opennebula-extensions'), { recursive: true });
  const { stderr } = await succeed(oneext('install', '--only', 'geolocation'));
  assert.match(
    stderr,
    new RegExp(`take over ${path.dirname(timer)}/timers.target.wants/${path.basename(timer)}`),
  );
  await succeed(oneext('uninstall'));
  assert.ok(!tree.describe().has(timer.slice(1)));
});

test('what the operator changed since is kept and named; an edited file loses our edits alone', async (t) => {
  const { tree, oneext } = startLab(t);
  await succeed(oneext('install', '--migrate-through-tunnel'));
  tree.write('/etc/one/oned.conf', `# mine\n${tree.read('/etc/one/oned.conf')}# mine too\n`, 0o640);
  tree.write(dropIn, `${tree.read(dropIn)}MemoryMax=2G\n`);
  tree.write('/var/lib/one/remotes/auth/biscuit/notes', 'mine\n');
  const plan = await plans(oneext('uninstall', '--plan'));
  const { stdout } = await succeed(oneext('uninstall'));
  for (const said of [plan.stdout, stdout]) {
    assert.match(said, new RegExp(`keep ${dropIn} \\(somebody changed it since: it stays as it is\\)`));
    assert.match(
      said,
      /oned\.conf \(somebody changed it since: only what we had added is taken out\)\n +AUTH_MAD: biscuit removed from AUTHN/,
    );
  }
  assert.equal(tree.read('/etc/one/oned.conf'), `# mine\n${onedConfOf('7.4')}# mine too\n`);
  assert.match(tree.read(dropIn), /MemoryMax=2G/);
  const left = [...tree.describe().keys()].filter((one) => one.includes('biscuit'));
  assert.deepEqual(left, ['var/lib/one/remotes/auth/biscuit', 'var/lib/one/remotes/auth/biscuit/notes']);
});

/** The suite as an earlier version had it, in a folder of its own. */
const earlierPackage = (t: TestContext): string => {
  const folder = temporaryFolder(t);
  cpSync(repositoryPath('dist'), folder, { recursive: true });
  for (const name of ['vmm/kvm/migrate_tunnel', 'auth/biscuit/authenticate', 'hooks/vm_scrape_target']) {
    writeFileSync(path.join(folder, name), '#!/bin/sh\n# oneext, an earlier version\n');
  }
  writeFileSync(path.join(folder, 'gone-since'), 'a file that later versions do not have\n');
  return folder;
};

test('an upgrade replaces what is ours, removes what is not needed any more, and keeps a copy of changes', async (t) => {
  const { tree, oneext } = startLab(t);
  const before = tree.describe();
  const earlier = startLab(t, tree, path.join(earlierPackage(t), 'oneext'));
  await succeed(earlier.oneext('install', '--migrate-through-tunnel'));
  assert.match(tree.read(tunnel), /earlier version/);
  assert.ok(tree.describe().has(`${suite.slice(1)}/gone-since`));
  tree.write('/etc/one/oned.conf', `# mine\n${tree.read('/etc/one/oned.conf')}`, 0o640);
  tree.write(tunnel, '#!/bin/sh\n# changed by the operator\n', 0o755);

  const { stderr } = await succeed(oneext('install'));
  assert.match(stderr, /replace .*migrate_tunnel \(somebody changed it since: a copy is kept beside it\)/);
  assert.equal(tree.read(tunnel), readFileSync(repositoryPath('dist/vmm/kvm/migrate_tunnel'), 'latin1'));
  assert.ok(!tree.describe().has(`${suite.slice(1)}/gone-since`));
  const copies = [...tree.describe().keys()].filter((one) => one.endsWith('.bak'));
  assert.equal(copies.length, 1);
  assert.match(tree.read(copies[0] ?? ''), /changed by the operator/);

  await succeed(oneext('uninstall'));
  const after = new Map(tree.describe());
  for (const copy of copies) after.delete(copy);
  assert.equal(tree.read('/etc/one/oned.conf'), `# mine\n${onedConfOf('7.4')}`);
  after.set('etc/one/oned.conf', before.get('etc/one/oned.conf') ?? '');
  assert.deepEqual(after, before);
});

test('what was installed by hand, as earlier versions were, is taken over: nothing of it comes back', async (t) => {
  const { tree, oneext } = startLab(t);
  const before = tree.describe();
  // The same files at the same places, but nobody remembers what stood there before.
  await succeed(oneext('install', '--migrate-through-tunnel'));
  const memory = path.join(tree.root, '/var/lib/opennebula-extensions');
  rmSync(memory, { recursive: true });
  const { stderr } = await succeed(oneext('install', '--migrate-through-tunnel'));
  assert.match(stderr, new RegExp(`take over ${driver}`));
  assert.match(stderr, /take over \/etc\/one\/oned\.conf/);
  await succeed(oneext('uninstall'));
  const files = [...tree.describe()].filter(([, what]) => !what.startsWith('folder'));
  assert.deepEqual(
    files,
    [...before].filter(([, what]) => !what.startsWith('folder')),
  );
});

test('over the first generation: replaced or named, and back again', async (t) => {
  const { tree, oneext } = startLab(t);
  const stock = tree.read('/var/lib/one/remotes/vmm/kvm/migrate');
  addFirstGeneration(tree);
  const before = tree.describe();
  const { stderr } = await succeed(oneext('install'));
  for (const line of [
    /remove \/usr\/share\/one\/geo\.rb \(first generation: the hook host_geolocation takes its place\)/,
    /remove \/usr\/share\/one\/patch_datasources\.rb/,
    /replace \/usr\/share\/one\/prometheus\/patch_datasources\.rb \(first generation: it calls oneext prometheus patch now/,
    /note: .*opennebula_vm_collector\.rb is of the first generation: .*--reinstall/,
    /replace .*\/migrate \(first generation/,
  ])
    assert.match(stderr, line);
  assert.equal(tree.read('/var/lib/one/remotes/vmm/kvm/migrate'), stock);
  const patch = tree.read('/usr/share/one/prometheus/patch_datasources.rb');
  assert.match(
    patch,
    /^#!\/usr\/bin\/env ruby\n[\s\S]*\nexec\('\/usr\/lib\/one\/opennebula-extensions\/oneext', 'prometheus', 'patch'\)\n$/,
  );
  assert.equal(tree.read(driver), readFileSync(repositoryPath('dist/auth/biscuit/authenticate'), 'latin1'));
  await succeed(oneext('uninstall'));
  assert.deepEqual(tree.describe(), before);
});

test('what a killed run left of its writing goes too, and nothing that looks alike', async (t) => {
  const { tree, oneext } = startLab(t);
  tree.write('/etc/one/.other.conf.12-0123abcd.tmp', 'of somebody else');
  const before = tree.describe();
  await succeed(oneext('install'));
  for (const path of [
    '/etc/one/.oned.conf.12-0123abcd.tmp',
    `${suite}/hooks/.vm_scrape_target.12-0123abcd.tmp`,
    '/var/lib/one/remotes/auth/biscuit/.authenticate.12-0123abcd.tmp',
    '/var/lib/opennebula-extensions/front-end/.record.json.12-0123abcd.tmp',
  ])
    tree.write(path, 'half');
  await succeed(oneext('uninstall'));
  assert.deepEqual(tree.describe(), before);
});

test('agents that stay on hypervisors are named', async (t) => {
  const { tree, oneext } = startLab(t);
  await succeed(oneext('install', '--only', 'auth'));
  tree.write('/var/lib/opennebula-extensions/hosts/last-run.json', '{}');
  assert.match(
    (await succeed(oneext('uninstall'))).stderr,
    /note: power agents stay .*oneext hosts uninstall --all/,
  );
  assert.ok(tree.describe().has('var/lib/opennebula-extensions/hosts/last-run.json'));
});

test("OpenNebula's own files at the same paths are not taken for the first generation", async (t) => {
  const { tree, oneext } = startLab(t);
  const { stderr } = await plans(oneext('install', '--plan'));
  assert.doesNotMatch(stderr, /first generation/);
  assert.equal(tree.read('/usr/share/one/prometheus/patch_datasources.rb'), '# as it came\n');
});

const assertUntouched = async (lab: OneextLab, code: number, says: RegExp, ...argv: readonly string[]) => {
  const before = lab.tree.describe();
  const { code: ended, stderr } = await lab.oneext(...argv);
  assert.equal(ended, code, stderr);
  assert.match(stderr, says);
  assert.deepEqual(lab.tree.describe(), before);
};

test('what cannot be done is told, and nothing is changed', async (t) => {
  const lab = startLab(t);
  await assertUntouched(
    lab,
    2,
    /--only is "exprter" but must be some of exporter, auth/,
    'install',
    '--only',
    'exprter',
  );
  await assertUntouched(lab, 1, /UNINSTALL_NOTHING/, 'uninstall');
  lab.tree.write('/etc/one/oned.conf', 'AUTH_MAD = [ AUTHN = "ssh", ]\n', 0o640);
  await assertUntouched(
    lab,
    78,
    /nothing was changed, for 1 reason\(s\): \/etc\/one\/oned\.conf: .*line 1/,
    'install',
  );
});

test('there is no front-end', async (t) => {
  const root = temporaryFolder(t);
  const run = await runProgram('dist/oneext', { argv: ['install', '--root', root], env: {} });
  assert.equal(run.code, 78);
  assert.match(run.stderr, /no OpenNebula front-end here: \/etc\/one\/oned\.conf is missing/);
});

test('visudo refuses: everything is as it was', async (t) => {
  const lab = startLab(t, makeFrontEnd(t), 'dist/oneext', 'echo "line 3: syntax error" >&2; exit 1');
  const says =
    /visudo -cf refuses what \/etc\/sudoers\.d\/opennebula-extensions would become: line 3: .*everything is as it was/;
  await assertUntouched(lab, 1, says, 'install');
});

test('on the machine itself it needs root', {
  skip: process.getuid?.() !== 0 && 'needs root to be another user',
}, async () => {
  for (const command of ['install', 'uninstall']) {
    const run = await runProgram('dist/oneext', { argv: [command], env: {}, uid: 65_534 });
    assert.equal(run.code, 77, run.stderr);
    assert.match(run.stderr, /INSTALL_NOT_ROOT/);
  }
});

for (const [version, conf] of [
  ['6.10', '/etc/one/sched.conf'],
  ['7.4', '/etc/one/schedulers/rank.conf'],
] as const) {
  test(`--scheduler-rank on OpenNebula ${version}: ${conf} ranks by power, is remembered, and comes back`, async (t) => {
    const made = makeFrontEnd(t, version);
    const text = 'MAX_HOST = 1\n\nDEFAULT_SCHED = [\n   POLICY = 1\n]\n';
    made.write(conf, text);
    const { tree, oneext } = startLab(t, made);
    const before = tree.describe();
    const { stderr } = await succeed(oneext('install', '--scheduler-rank', 'carbon'));
    assert.match(tree.read(conf), /^DEFAULT_SCHED = \[ POLICY = 3, RANK = "POWER_RANK" \] /m);
    assert.match(
      stderr,
      /^note: POWER_RANK is not written as --scheduler-rank carbon wants it: put "scheduler:/m,
    );
    assert.match((await succeed(oneext('install'))).stdout, /nothing to change/);
    await succeed(oneext('uninstall'));
    assert.deepEqual(tree.describe(), before);
  });
}

test('--scheduler-rank where there is no scheduler to configure is refused, and nothing is changed', async (t) => {
  const { tree, oneext } = startLab(t);
  const before = tree.describe();
  const { code, stderr } = await oneext('install', '--scheduler-rank', 'watts');
  assert.notEqual(code, 0);
  assert.match(
    stderr,
    /there is neither \/etc\/one\/schedulers\/rank\.conf nor \/etc\/one\/sched\.conf to edit/,
  );
  assert.deepEqual(tree.describe(), before);
});

test('--guest-power: the hypervisors forward the port of guests, it is remembered, and the file comes back', async (t) => {
  const conf = '/var/lib/one/remotes/etc/vnm/OpenNebulaNetwork.conf';
  const made = makeFrontEnd(t);
  const text =
    ':vlan_mtu: 1500\n:tproxy:\n- :service_port: 5030\n  :remote_addr: 192.0.2.7\n  :remote_port: 5030\n';
  made.write(conf, text);
  const { tree, oneext } = startLab(t, made);
  const before = tree.describe();
  const { stderr } = await succeed(oneext('install', '--guest-power'));
  assert.match(
    tree.read(conf),
    /:service_port: 9926\n {2}:remote_addr: 192\.0\.2\.7\n {2}:remote_port: 9926\n- :service_port: 5030/,
  );
  assert.match(stderr, /^note: guests are not served yet: put "guest: \{listen_address:/m);
  assert.match(stderr, /^note: .*onehost sync --force.*tproxy restart/m);
  assert.match(stderr, /^note: networks of Open vSwitch have no such proxy/m);
  assert.match((await succeed(oneext('install'))).stdout, /nothing to change/);
  await succeed(oneext('install', '--guest-power', '--guest-power-address', '203.0.113.4'));
  assert.match(tree.read(conf), /:remote_addr: 203\.0\.113\.4/);
  assert.match((await succeed(oneext('install'))).stdout, /nothing to change/);
  await succeed(oneext('uninstall'));
  assert.deepEqual(tree.describe(), before);
});

test('--guest-power where OpenNebula has no such proxy is refused, and nothing is changed', async (t) => {
  const lab = startLab(t);
  const says =
    /--guest-power: there is no \/var\/lib\/one\/remotes\/etc\/vnm\/OpenNebulaNetwork\.conf to edit/;
  await assertUntouched(lab, 78, says, 'install', '--guest-power');
  await assertUntouched(
    lab,
    2,
    /--guest-power-address is "-x" but must be an IPv4/,
    'install',
    '--guest-power-address=-x',
  );
});
