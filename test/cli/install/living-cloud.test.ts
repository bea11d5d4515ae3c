/** `oneext install` and `oneext uninstall` where OpenNebula's API answers: hooks, Prometheus, and what belongs to both. */
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { addFirstGeneration, onedConfOf } from '../../support/made-front-end.ts';
import { prometheusYml, startLab, startSelfContained, succeed } from '../../support/oneext-lab.ts';
import { runProgram } from '../../support/program.ts';

const suite = '/usr/lib/one/opennebula-extensions';

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
  assert.match(
    stdout,
    /prometheus\.yml \(somebody changed it since: only what we had added is taken out\)\n/,
  );
  const left = made.read(file);
  assert.match(left, /^# mine\n/);
  assert.match(left, /job_name: mine\n/);
  assert.doesNotMatch(left, /sr_exporter|scaphandre|opennebula-extensions/);
});

test('promtool refuses: files and hooks are as they were', async (t) => {
  const { made, registry, oneext } = await startSelfContained(t, {
    promtool: 'echo "FAILED: no good" >&2; exit 1',
  });
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

/** As version 0.1.0 named the hooks, and remembered them. */
const formerly = (text: string): string =>
  text.replaceAll(/\b([a-z_]+)_vm_scrape_target\b/g, 'vm_scrape_target_$1');

test('D12-hook-names: an upgrade renames the hooks, which keep their ids; uninstall finds them by either name', async (t) => {
  const { made, registry, oneext } = await startSelfContained(t);
  const record = '/one/var/opennebula-extensions/front-end/record.json';
  const takeBack = (): void => {
    for (const [id, hook] of registry.hooks) registry.hooks.set(id, { ...hook, name: formerly(hook.name) });
    made.write(record, formerly(made.read(record)), 0o600);
  };
  await succeed(oneext('install'));
  const hooks = [...registry.hooks];
  takeBack();
  assert.equal([...registry.hooks.values()].filter(({ name }) => /^vm_scrape_target_/.test(name)).length, 11);
  const { stderr } = await succeed(oneext('install'));
  assert.match(stderr, /^rename the hook vm_scrape_target_undeployed to undeployed_vm_scrape_target$/m);
  assert.deepEqual([...registry.hooks], hooks);
  assert.doesNotMatch(made.read(record), /vm_scrape_target_/);
  assert.match((await succeed(oneext('install'))).stdout, /nothing to change/);

  takeBack();
  await succeed(oneext('uninstall'));
  assert.deepEqual(registry.describe(), []);
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
    /not everything could be removed: delete the hooks host_geolocation.*cannot reach/,
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
