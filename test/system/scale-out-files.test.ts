/** The files of `oneext prometheus scale-out` are taken by the programs that read them, which have a dry run for that. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { type ScaleOut, scaleOutFiles } from '../../prometheus-patches/scale-out/files.ts';
import { engineFormats } from '../../prometheus-patches/scale-out/scrape-config.ts';
import { temporaryFolder } from '../support/temporary.ts';

const run = promisify(execFile);

const agents: ScaleOut['agents'] = [
  { targets: ['kvm0:8080'], labels: { host_id: '0', one_host_id: '0' } },
  { targets: ['[fd00::2]:9'], labels: { one_host_id: '2', __metrics_path__: '/p', __scheme__: 'https' } },
  { targets: ['kvm3:28282'], labels: { one_host_id: '3', __param_a: '"$1\'`#: {}' } },
];

/** Emulators stand in regular expressions, and zones in YAML. */
const oddNames = ['my-emulator', 'c++.emulator', "it's $1", 'ü "x"', '#: - [a]'];

const settings: ScaleOut = {
  format: 'vmagent',
  zoneId: '0',
  shards: 1,
  intervalSeconds: 15,
  emulators: [],
  discovery: { kind: 'file', exporters: ['frontend:9925', '[fd00::1]:9925'] },
  remoteWrite: [],
  agents,
};

const variants: readonly Partial<ScaleOut>[] = [
  {},
  { agents: [] },
  { shards: 3, intervalSeconds: 5, emulators: oddNames, zoneId: '100' },
  {
    shards: 2,
    intervalSeconds: 60,
    discovery: {
      kind: 'http',
      exporters: [new URL('http://frontend:9925'), new URL('http://[fd00::1]:9925/prefix/')],
    },
    remoteWrite: [new URL('http://store:8428/api/v1/write'), new URL('https://[fd00::9]/w?a=b&c=%20')],
  },
  { discovery: { kind: 'http', exporters: [new URL('https://frontend')] }, emulators: oddNames },
];

/** What each program says of its file; fails where it does not take it. */
const check = async (folder: string, name: string): Promise<void> => {
  const file = path.join(folder, name);
  const refuses = { timeout: 60_000, cwd: folder } as const;
  if (name === 'rules.yml') {
    await run('vmalert', ['-dryRun', `-rule=${file}`], refuses);
    await run('promtool', ['check', 'rules', file], refuses);
  } else if (name.startsWith('prometheus-')) await run('promtool', ['check', 'config', file], refuses);
  else if (name !== 'power-agents.yml') {
    const config = `-promscrape.config=${file}`;
    await run('vmagent', ['-dryRun', config, '-remoteWrite.url=http://127.0.0.1:1/api/v1/write'], refuses);
    await run('victoria-metrics', ['-dryRun', config], refuses);
  }
};

const checkAll = async (t: TestContext, scaleOut: ScaleOut): Promise<readonly string[]> => {
  const folder = temporaryFolder(t);
  const files = scaleOutFiles(scaleOut);
  for (const [name, text] of files) writeFileSync(path.join(folder, name), text);
  for (const name of files.keys()) await check(folder, name);
  return [...files.keys()].sort();
};

for (const format of engineFormats)
  test(`what is written for ${format} is taken by the programs that read it`, async (t) => {
    for (const variant of variants) {
      const names = await checkAll(t, { ...settings, ...variant, format });
      assert.ok(names.includes('rules.yml'), names.join(' '));
    }
  });

test('a dry run refuses what is no configuration and no rule', async (t) => {
  const folder = temporaryFolder(t);
  for (const [name, text] of [
    ['vmagent-1.yml', 'scrape_configs: [{job_name: a, unknown_key: 1}]\n'],
    ['prometheus-1.yml', 'scrape_configs: [{job_name: a, unknown_key: 1}]\n'],
    ['rules.yml', 'groups: [{name: a, rules: [{record: a, expr: "sum("}]}]\n'],
  ] as const) {
    writeFileSync(path.join(folder, name), text);
    await assert.rejects(check(folder, name), name);
  }
});
