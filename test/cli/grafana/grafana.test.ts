import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { load } from 'js-yaml';
import { repositoryPath } from '../../support/expected.ts';
import { runProgram } from '../../support/program.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const setUp = (t: TestContext) => {
  const folder = path.join(temporaryFolder(t), 'provisioning');
  const file = (name: string): string => path.join(folder, 'dashboards', name);
  return {
    folder,
    file,
    own: (name: string): string => file(`opennebula-extensions/${name}`),
    provision: (...argv: readonly string[]) =>
      runProgram('dist/oneext', {
        argv: ['grafana', 'provision', folder, ...argv],
        env: { PATH: '/usr/bin:/bin', ONEEXT_CONFIG_FILE: '/dev/null' },
      }),
  };
};

const shipped = readdirSync(repositoryPath('dist/prometheus/dashboards'));

test('Grafana finds all dashboards by the file that names their folder', async (t) => {
  const { folder, file, own, provision } = setUp(t);
  const would = await provision('--check');
  assert.equal(would.code, 10, would.stderr);
  assert.equal(existsSync(folder), false);
  const done = await provision();
  assert.equal(done.code, 0, done.stderr);
  const { apiVersion, providers } = load(readFileSync(file('opennebula-extensions.yaml'), 'utf8')) as {
    readonly apiVersion: number;
    readonly providers: readonly { readonly type: string; readonly options: { readonly path: string } }[];
  };
  assert.equal(apiVersion, 1);
  assert.equal(providers[0]?.options.path, path.dirname(own('x')));
  const found = readdirSync(providers[0]?.options.path ?? '').filter((name) => name.endsWith('.json'));
  assert.deepEqual(found.sort(), [...shipped].sort());
  for (const name of found) assert.ok(JSON.parse(readFileSync(own(name), 'utf8')).uid, name);
  const again = await provision('--check');
  assert.equal(again.code, 0, again.stdout);
  assert.match(again.stdout, /nothing to change/);
});

test('what somebody else wrote or changed stays, and the rest is brought up to date', async (t) => {
  const { folder, file, own, provision } = setUp(t);
  mkdirSync(path.dirname(own('x')), { recursive: true });
  writeFileSync(own('power-cloud.json'), '{"title": "mine"}');
  symlinkSync('/dev/null', own('power-vms.json'));
  writeFileSync(file('mine.yaml'), 'apiVersion: 1\n');
  assert.equal((await provision()).code, 0);
  appendFileSync(file('opennebula-extensions.yaml'), '# ours\n');
  appendFileSync(own('power-hosts.json'), '\n');
  rmSync(own('power-agents.json'));
  const { code, stdout, stderr } = await provision();
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^\S+power-agents\.json: written\n$/);
  for (const name of ['power-cloud.json', 'power-vms.json', 'power-hosts.json', 'opennebula-extensions.yaml'])
    assert.match(stderr, new RegExp(`${name}: kept`));
  assert.equal(readFileSync(own('power-cloud.json'), 'utf8'), '{"title": "mine"}');
  assert.equal(readFileSync(own('power-vms.json'), 'utf8'), '');
  assert.match(readFileSync(file('opennebula-extensions.yaml'), 'utf8'), /# ours/);
  assert.deepEqual(readdirSync(path.join(folder, 'dashboards')).sort(), [
    'mine.yaml',
    'opennebula-extensions',
    'opennebula-extensions.yaml',
  ]);
});

test('a run that was interrupted before it wrote what is ours is made good by the next one', async (t) => {
  const { own, provision } = setUp(t);
  assert.equal((await provision()).code, 0);
  const digests = readFileSync(own('SHA256SUMS'), 'utf8');
  rmSync(own('SHA256SUMS'));
  assert.equal((await provision('--check')).code, 0);
  assert.equal(existsSync(own('SHA256SUMS')), false);
  assert.equal((await provision()).code, 0);
  assert.equal(readFileSync(own('SHA256SUMS'), 'utf8'), digests);
});

test('what stands in the place of a dashboard and is no file is named', async (t) => {
  const { own, provision } = setUp(t);
  mkdirSync(own('power-hosts.json'), { recursive: true });
  const { code, stderr } = await provision();
  assert.equal(code, 1);
  assert.match(stderr, /power-hosts\.json: it is not a file/);
  assert.deepEqual(readdirSync(path.dirname(own('x'))), ['power-hosts.json']);
});

test('a directory that cannot be written is named, and so is one that is missing', async (t) => {
  const { folder, provision } = setUp(t);
  writeFileSync(folder, '');
  const { code, stderr } = await provision();
  assert.equal(code, 1);
  assert.match(stderr, /the dashboards cannot be put into \S+provisioning: .*ENOTDIR.*\nGRAFANA_PROVISION/);
  const missing = await runProgram('dist/oneext', { argv: ['grafana', 'provision'], env: {} });
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /DIRECTORY is missing/);
});

test('a folder in the provisioning folder, or above it, is refused with the right one, and stays as it is', async (t) => {
  const { folder } = setUp(t);
  mkdirSync(path.join(folder, 'datasources'), { recursive: true });
  for (const wrong of [
    path.join(folder, 'dashboards'),
    `${folder}/dashboards/`,
    path.join(folder, 'dashboards/opennebula-extensions'),
    path.dirname(folder),
  ]) {
    const { code, stderr } = await runProgram('dist/oneext', {
      argv: ['grafana', 'provision', wrong],
      env: { PATH: '/usr/bin:/bin', ONEEXT_CONFIG_FILE: '/dev/null' },
    });
    assert.equal(code, 2, stderr);
    assert.ok(
      stderr.includes(`${wrong} is not the provisioning folder of Grafana, which is ${folder}\n`),
      stderr,
    );
    assert.deepEqual(readdirSync(folder), ['datasources'], wrong);
  }
});
