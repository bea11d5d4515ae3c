/** `oneext prometheus scale-out` as an operator runs it. What real engines make of the files is in test/system. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { parse } from 'yaml';
import { formatTestHosts, formatTestZone } from '../../support/cloud-documents.ts';
import { startLivingFrontEnd } from '../../support/living-front-end.ts';
import { type ProgramRun, runProgram } from '../../support/program.ts';
import { temporaryFolder } from '../../support/temporary.ts';

interface Lab {
  readonly folder: string;
  readonly files: () => readonly string[];
  readonly read: (name: string) => string;
  readonly run: (...argv: readonly string[]) => Promise<ProgramRun>;
}

const startLab = async (t: TestContext, zone = formatTestZone()): Promise<Lab> => {
  const home = temporaryFolder(t);
  const hosts = formatTestHosts([
    { id: 0, name: 'kvm0' },
    { id: 1, name: 'kvm1', template: '<POWER_AGENT_URL>http://kvm1:28282/metrics</POWER_AGENT_URL>' },
    { id: 2, name: 'kvm2', template: '<POWER_AGENT_URL>https://[fd00::2]:9/p</POWER_AGENT_URL>' },
    { id: 3, name: 'kvm3', template: '<POWER_AGENT_URL>http://kvm3:9273/metrics</POWER_AGENT_URL>' },
    { id: 4, name: 'lxc4', hypervisor: 'lxc' },
  ]);
  const frontEnd = await startLivingFrontEnd(t, (method) => {
    if (method === 'one.hostpool.info') return { document: hosts };
    return method === 'one.zonepool.info' ? { document: zone } : undefined;
  });
  writeFileSync(path.join(home, 'one_auth'), 'oneadmin:labpass\n');
  const folder = path.join(home, 'one', 'scale-out');
  return {
    folder,
    files: () => readdirSync(folder).sort(),
    read: (name) => readFileSync(path.join(folder, name), 'utf8'),
    run: (...argv) =>
      runProgram('dist/oneext', {
        argv: ['prometheus', 'scale-out', '--config.file=/dev/null', `--directory=${folder}`, ...argv],
        env: {
          PATH: '/usr/bin:/bin',
          ONE_AUTH: path.join(home, 'one_auth'),
          ONE_XMLRPC: frontEnd.endpoint,
        },
      }),
  };
};

test('each engine gets a file, and there are rules and agents; a second run changes nothing', async (t) => {
  const lab = await startLab(t);
  const checked = await lab.run('--shards=3', '--check');
  assert.deepEqual([checked.code, checked.stdout.includes('  + vmagent-3.yml\n')], [10, true]);
  const first = await lab.run('--shards=3');
  assert.deepEqual([first.code, first.stderr.includes('vmalert -rule=')], [0, true]);
  assert.match(first.stderr, /-promscrape\.noStaleMarkers -promscrape\.maxScrapeSize=256MB/);
  assert.deepEqual(lab.files(), [
    'power-agents.yml',
    'rules.yml',
    'vmagent-1.yml',
    'vmagent-2.yml',
    'vmagent-3.yml',
  ]);
  assert.deepEqual(
    (parse(lab.read('power-agents.yml')) as readonly { readonly targets: readonly string[] }[]).map(
      ({ targets }) => targets[0],
    ),
    ['kvm0:8080', '[fd00::2]:9', 'kvm1:28282'],
  );
  const again = await lab.run('--shards=3');
  assert.deepEqual([again.code, again.stdout], [0, `${lab.folder}: nothing to change\n`]);
  assert.equal((await lab.run('--shards=3', '--check')).code, 0);
});

test('files that are not needed any more go', async (t) => {
  const lab = await startLab(t);
  await lab.run('--shards=3', '--format=prometheus');
  const fewer = await lab.run('--shards=1', '--format=prometheus', '--exporter=http://frontend:9925');
  assert.match(fewer.stdout, /- power-agents\.yml\n.* {2}- prometheus-2\.yml/s);
  assert.deepEqual(lab.files(), ['prometheus-1.yml', 'rules.yml']);
  assert.match(lab.read('prometheus-1.yml'), /http:\/\/frontend:9925\/sd\/power-agents\?agent=kepler/);
  await lab.run('--format=promscrape', '--shards=4');
  assert.deepEqual(lab.files(), ['power-agents.yml', 'promscrape.yml', 'rules.yml']);
});

test('a file of somebody else is never replaced, and then nothing is written', async (t) => {
  const lab = await startLab(t);
  mkdirSync(lab.folder, { recursive: true });
  writeFileSync(path.join(lab.folder, 'rules.yml'), 'groups: []\n');
  symlinkSync('/dev/null', path.join(lab.folder, 'vmagent-1.yml'));
  for (const flags of [[], ['--check']]) {
    const refused = await lab.run(...flags);
    assert.equal(refused.code, 78);
    assert.match(refused.stderr, /somebody else has made or changed rules\.yml, vmagent-1\.yml/);
  }
  assert.deepEqual(lab.files(), ['rules.yml', 'vmagent-1.yml']);
  assert.equal(lab.read('rules.yml'), 'groups: []\n');
});

test('nor is one of ours that an operator has changed, also where it is not needed any more', async (t) => {
  const lab = await startLab(t);
  await lab.run('--shards=2');
  appendFileSync(path.join(lab.folder, 'vmagent-2.yml'), '# mine\n');
  assert.equal((await lab.run('--shards=2')).code, 78);
  assert.equal((await lab.run('--shards=1')).code, 0);
  assert.match(lab.read('vmagent-2.yml'), /# mine\n$/);
});

test('bad values are all told at once, and secrets are refused', async (t) => {
  const lab = await startLab(t);
  const refused = await lab.run('--shards=0', '--format=thanos', '--remote-write=http://a:b@store/write');
  assert.equal(refused.code, 2);
  for (const name of ['shards', 'format', 'remote-write']) assert.match(refused.stderr, new RegExp(name));
  assert.doesNotMatch(refused.stderr, /a:b/);
});
