/** `oneext install` and `oneext uninstall` as an operator runs them, on made trees of a front-end. */
import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { formatTestHosts, formatTestZone } from '../../support/cloud-documents.ts';
import { repositoryPath } from '../../support/expected.ts';
import { createHookRegistry, type HookRegistry } from '../../support/hook-registry.ts';
import { startLivingFrontEnd } from '../../support/living-front-end.ts';
import {
  addFirstGeneration,
  type MadeFrontEnd,
  makeFrontEnd,
  onedConfOf,
} from '../../support/made-front-end.ts';
import { type ProgramRun, runProgram } from '../../support/program.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const suite = '/usr/lib/one/opennebula-extensions';
const dropIn = '/etc/systemd/system/opennebula-exporter.service.d/opennebula-extensions.conf';
const tunnel = '/var/lib/one/remotes/vmm/kvm/migrate_tunnel';
const driver = '/var/lib/one/remotes/auth/biscuit/authenticate';
const sudoers = '/etc/sudoers.d/opennebula-extensions';

/** A stand-in for visudo, which says what a test wants; the real one is in test/system. */
const programsWith = (t: TestContext, visudo = 'exit 0'): string => {
  const folder = temporaryFolder(t);
  writeFileSync(path.join(folder, 'visudo'), `#!/bin/sh\n${visudo}\n`, { mode: 0o755 });
  return folder;
};

interface Lab {
  readonly tree: MadeFrontEnd;
  readonly oneext: (...argv: readonly string[]) => Promise<ProgramRun>;
}

const startLab = (
  t: TestContext,
  tree = makeFrontEnd(t),
  program = 'dist/oneext',
  visudo = 'exit 0',
): Lab => {
  const PATH = `${programsWith(t, visudo)}:/usr/bin:/bin`;
  const oneext: Lab['oneext'] = (...argv) =>
    runProgram(program, { argv: [...argv, '--root', tree.root], env: { PATH } });
  return { tree, oneext };
};

const succeed = async (run: Promise<ProgramRun>): Promise<ProgramRun> => {
  const result = await run;
  assert.equal(result.code, 0, result.stderr);
  return result;
};

for (const version of ['6.10', '7.4'] as const) {
  test(`OpenNebula ${version}: plan, install, install again, uninstall`, async (t) => {
    const { tree, oneext } = startLab(t, makeFrontEnd(t, version));
    const before = tree.describe();
    const all = ['install', '--migrate-through-tunnel'];

    const plan = await succeed(oneext(...all, '--plan'));
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

test('what the operator changed since is kept and named; an edited file loses our edits alone', async (t) => {
  const { tree, oneext } = startLab(t);
  await succeed(oneext('install', '--migrate-through-tunnel'));
  tree.write('/etc/one/oned.conf', `# mine\n${tree.read('/etc/one/oned.conf')}# mine too\n`, 0o640);
  tree.write(dropIn, `${tree.read(dropIn)}MemoryMax=2G\n`);
  tree.write('/var/lib/one/remotes/auth/biscuit/notes', 'mine\n');
  const plan = await succeed(oneext('uninstall', '--plan'));
  const { stdout } = await succeed(oneext('uninstall'));
  for (const said of [plan.stdout, stdout]) {
    assert.match(said, new RegExp(`keep ${dropIn} \\(changed since by somebody else: kept as it is\\)`));
    assert.match(
      said,
      /oned\.conf \(changed since: only what we had added was taken out; AUTH_MAD: biscuit removed from AUTHN/,
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
  const { stderr } = await succeed(oneext('install', '--plan'));
  assert.doesNotMatch(stderr, /first generation/);
  assert.equal(tree.read('/usr/share/one/prometheus/patch_datasources.rb'), '# as it came\n');
});

const assertUntouched = async (lab: Lab, code: number, says: RegExp, ...argv: readonly string[]) => {
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

const prometheusYml = `global: {scrape_interval: 15s} # stays
scrape_configs:
- job_name: prometheus
  static_configs:
  - targets: ['localhost:9090']
`;

interface SelfContained {
  readonly made: MadeFrontEnd;
  /** ONE_LOCATION. */
  readonly home: string;
  readonly registry: HookRegistry;
  readonly env: Readonly<Record<string, string>>;
  readonly oneext: (...argv: readonly string[]) => Promise<ProgramRun>;
}

/** A self-contained OpenNebula, whose API answers, in a tree that has others' files too. */
const startSelfContained = async (t: TestContext, promtool = 'exit 0'): Promise<SelfContained> => {
  const made = makeFrontEnd(t);
  const home = path.join(made.root, 'one');
  made.write('/one/etc/oned.conf', onedConfOf('7.4'));
  made.write('/one/etc/prometheus/prometheus.yml', prometheusYml);
  made.write('/one/var/remotes/vmm/kvm/migrate', 'stock\n', 0o755);
  made.write('/one/var/.one/one_auth', 'oneadmin:labpass\n', 0o600);
  const registry = createHookRegistry();
  const { endpoint } = await startLivingFrontEnd(t, (method, parameters) => {
    if (method === 'one.hostpool.info') return { document: formatTestHosts([{ id: 0, name: 'kvm0' }]) };
    if (method === 'one.zonepool.info') return { document: formatTestZone() };
    return registry.answer(method, parameters);
  });
  const programs = programsWith(t);
  writeFileSync(path.join(programs, 'promtool'), `#!/bin/sh\n${promtool}\n`, { mode: 0o755 });
  const env = { ONE_LOCATION: home, ONE_XMLRPC: endpoint, PATH: `${programs}:/usr/bin:/bin`, HOME: home };
  const oneext: SelfContained['oneext'] = (...argv) => runProgram('dist/oneext', { argv, env });
  return { made, home, registry, env, oneext };
};

test('a self-contained OpenNebula: files below ONE_LOCATION, hooks by its API, Prometheus, and back', async (t) => {
  const { made, home, registry, env, oneext } = await startSelfContained(t);
  const before = made.describe();

  const { stdout } = await succeed(oneext('install'));
  assert.match(stdout, /systemctl restart opennebula {3}# oned\.conf changed/);
  assert.match(stdout, /systemctl kill --signal=HUP opennebula-prometheus\.service/);
  const installedSuite = `${home}/lib/opennebula-extensions`;
  const commands = [...registry.hooks.values()].map(({ attributes }) => attributes.get('COMMAND'));
  assert.ok(
    commands.length > 5 && commands.every((command) => command?.startsWith(`${installedSuite}/hooks/`)),
  );
  assert.ok(made.describe().has('one/var/remotes/auth/biscuit/authenticate'));
  assert.match(made.read('/one/etc/oned.conf'), /,biscuit"/);
  const config = made.read('/one/etc/prometheus/prometheus.yml');
  assert.ok(config.startsWith('global: {scrape_interval: 15s} # stays\n'));
  assert.match(config, /^rule_files: .*opennebula-extensions\.yml/m);
  assert.ok(config.includes(`${home}/var/prometheus/targets/vm-*.json`));
  assert.ok(made.describe().has('one/var/prometheus/targets'));
  const hooks = registry.describe();
  // What nobody has restarted since is named again.
  const again = (await succeed(oneext('install'))).stdout;
  assert.match(again, /nothing to change\n[\s\S]*systemctl restart opennebula {3}# oned\.conf changed/);
  assert.deepEqual(registry.describe(), hooks);

  // The copy that was installed can take itself away.
  await succeed(runProgram(`${installedSuite}/oneext`, { argv: ['uninstall'], env }));
  assert.deepEqual(registry.describe(), []);
  assert.deepEqual(made.describe(), before);
});

test("Prometheus' configuration was changed since: our jobs and rules go, the rest stays", async (t) => {
  const { made, oneext } = await startSelfContained(t);
  await succeed(oneext('install'));
  const file = '/one/etc/prometheus/prometheus.yml';
  const mine = made.read(file).replace('scrape_configs:\n', 'scrape_configs:\n- job_name: mine\n');
  // A file that cannot be read is not given up: it is named, and the next run goes on from there.
  made.write(file, `# mine\n${mine}]`);
  const broken = await oneext('uninstall');
  assert.equal(broken.code, 1);
  assert.match(broken.stderr, /UNINSTALL_INCOMPLETE/);
  assert.match(broken.stderr, /take what we had added out of .*prometheus\.yml: .*line \d+/);
  made.write(file, `# mine\n${mine}`);
  const { stdout } = await succeed(oneext('uninstall'));
  assert.match(stdout, /prometheus\.yml \(changed since: only what we had added was taken out; /);
  const left = made.read(file);
  assert.match(left, /^# mine\n/);
  assert.match(left, /job_name: mine\n/);
  assert.doesNotMatch(left, /sr_exporter|scaphandre|opennebula-extensions/);
});

test('promtool refuses: files and hooks are as they were', async (t) => {
  const { made, registry, oneext } = await startSelfContained(t, 'echo "FAILED: no good" >&2; exit 1');
  const before = made.describe();
  const run = await oneext('install');
  assert.equal(run.code, 1);
  assert.match(
    run.stderr,
    /promtool check config refuses .*prometheus\.yml .*no good.*; everything is as it was/,
  );
  assert.deepEqual(made.describe(), before);
  assert.deepEqual(registry.describe(), []);
});

test('--keep-hooks leaves them for other front-ends of the zone; without it a hook that was changed stays', async (t) => {
  const { registry, oneext } = await startSelfContained(t);
  await succeed(oneext('install'));
  const hooks = registry.describe();
  await succeed(oneext('uninstall', '--keep-hooks'));
  assert.deepEqual(registry.describe(), hooks);
  await succeed(oneext('install'));
  const [first] = registry.hooks.values();
  assert.ok(first !== undefined);
  registry.hooks.set(first.id, {
    ...first,
    attributes: new Map(first.attributes).set('COMMAND', '/site/own.sh'),
  });
  const { stdout } = await succeed(oneext('uninstall'));
  assert.match(stdout, /keep the hook \w+ \(\d+\): somebody changed it since, it runs \/site\/own\.sh/);
  assert.equal(registry.hooks.size, 1);
});

test('OpenNebula does not answer: nothing is changed', async (t) => {
  const { made, env } = await startSelfContained(t);
  const before = made.describe();
  const run = await runProgram('dist/oneext', {
    argv: ['install'],
    env: { ...env, ONE_XMLRPC: 'http://127.0.0.1:1/RPC2' },
  });
  assert.equal(run.code, 75, run.stderr);
  assert.match(run.stderr, /ONE_CONNECTION/);
  assert.deepEqual(made.describe(), before);
});

test('uninstall while OpenNebula does not answer: files go, hooks and our programs wait for another run', async (t) => {
  const { made, home, registry, env, oneext } = await startSelfContained(t);
  const before = made.describe();
  await succeed(oneext('install'));
  const command = `${home}/bin/oneext`;
  const down = { ...env, ONE_XMLRPC: 'http://127.0.0.1:1/RPC2' };
  const run = await runProgram(command, { argv: ['uninstall'], env: down });
  assert.equal(run.code, 1, run.stderr);
  assert.match(
    run.stderr,
    /not everything could be taken away: delete the hooks host_geolocation.*cannot reach/,
  );
  assert.equal(made.read('/one/etc/oned.conf'), onedConfOf('7.4'));
  assert.ok(!made.describe().has('one/var/remotes/auth/biscuit/authenticate'));
  assert.ok(registry.hooks.size > 5);
  await succeed(runProgram(command, { argv: ['uninstall'], env }));
  assert.deepEqual(registry.describe(), []);
  assert.deepEqual(made.describe(), before);
});

test('another folder of target files since: those of the earlier one go as well', async (t) => {
  const { made, home, oneext } = await startSelfContained(t);
  const before = made.describe();
  const folder = `${home}/var/other/targets`;
  await succeed(oneext('install', '--prometheus.targets-folder', folder));
  made.write('/one/var/other/targets/vm-7.json', '[]\n');
  await succeed(oneext('uninstall'));
  assert.deepEqual(made.describe(), before);
});

test('a later run of the copy that was installed remembers that it is ours', async (t) => {
  const { tree, oneext } = startLab(t);
  const before = tree.describe();
  await succeed(oneext('install', '--only', 'exporter'));
  const installed = startLab(t, tree, path.join(tree.root, suite, 'oneext'));
  await succeed(installed.oneext('install'));
  await succeed(oneext('uninstall'));
  assert.deepEqual(tree.describe(), before);
});

test('another prometheus.config since: our jobs go out of the file that has them', async (t) => {
  const { made, home, oneext } = await startSelfContained(t);
  const file = '/one/etc/prometheus/site.yml';
  made.write(file, prometheusYml);
  await succeed(oneext('install', '--prometheus.config', `${home}/etc/prometheus/site.yml`));
  made.write(file, `# mine\n${made.read(file)}`);
  await succeed(oneext('uninstall'));
  assert.match(made.read(file), /^# mine\nglobal/);
  assert.doesNotMatch(made.read(file), /sr_exporter|scaphandre|opennebula-extensions/);
});

test('over the first generation, what oned.conf has for its driver is not ours to take out', async (t) => {
  const { tree, oneext } = startLab(t);
  addFirstGeneration(tree);
  const conf = tree.read('/etc/one/oned.conf').replace(/(AUTHN = "[^"]*)"/, '$1,biscuit"');
  tree.write('/etc/one/oned.conf', conf, 0o640);
  assert.match(conf, /,biscuit"/);
  const before = tree.describe();
  await succeed(oneext('install'));
  await succeed(oneext('install', '--migrate-through-tunnel'));
  await succeed(oneext('uninstall'));
  assert.deepEqual(tree.describe(), before);
});

test('hooks that are there already, of another front-end, are remembered also where nothing is to be changed', async (t) => {
  const { home, registry, oneext } = await startSelfContained(t);
  await succeed(oneext('install'));
  await succeed(oneext('uninstall', '--keep-hooks'));
  await succeed(oneext('install', '--only', 'exporter'));
  assert.match((await succeed(oneext('install', '--only', 'geolocation'))).stdout, /nothing to change/);
  await succeed(oneext('uninstall'));
  const left = [...registry.hooks.values()].map(({ name }) => name);
  assert.ok(left.length > 5 && !left.includes('host_geolocation'), `${home}: ${left.join(' ')}`);
});

test('an edited file keeps the mode that somebody gave it since', async (t) => {
  const { tree, oneext } = startLab(t);
  await succeed(oneext('install'));
  tree.write('/etc/one/oned.conf', tree.read('/etc/one/oned.conf'), 0o600);
  await succeed(oneext('uninstall'));
  assert.equal(tree.read('/etc/one/oned.conf'), onedConfOf('7.4'));
  assert.equal(tree.describe().get('etc/one/oned.conf')?.split(' ')[1], '600');
});
