import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { readOtherJobs } from '../../../prometheus-patches/io/read-other-jobs.ts';
import { patchConfig } from '../../../prometheus-patches/patch-config.ts';
import { testPlan } from '../../support/prometheus-config.ts';
import { temporaryFolder } from '../../support/temporary.ts';

test('C15-jobs-in-other-files: they are found by pattern, named, and not listed twice', async (t) => {
  const file = path.join(temporaryFolder(t), 'prometheus.yml');
  const at = (name: string): string => path.join(path.dirname(file), name);
  mkdirSync(at('jobs.d'));
  writeFileSync(at('jobs.d/node.yml'), 'scrape_configs:\n- job_name: node_exporter\n');
  writeFileSync(at('jobs.d/node.bak'), 'scrape_configs:\n- job_name: libvirt_exporter\n');
  const text = 'scrape_config_files: [jobs.d/*.yml, gone/x.yml]\nscrape_configs: []\n';
  writeFileSync(file, text);
  const otherJobs = await readOtherJobs(file);
  assert.deepEqual([...otherJobs], [['node_exporter', at('jobs.d/node.yml')]]);
  const result = patchConfig(text, { ...testPlan, otherJobs });
  assert.ok(result.kind === 'edited');
  assert.deepEqual(result.kept, [
    `job node_exporter is left as it is: it stands in ${at('jobs.d/node.yml')}`,
  ]);
  assert.ok(!result.text.includes('node_exporter') && result.text.includes('libvirt_exporter'));
});

test('C15-jobs-in-other-files: no file, and files that cannot be told', async (t) => {
  const file = path.join(temporaryFolder(t), 'prometheus.yml');
  assert.equal((await readOtherJobs(file)).size, 0);
  writeFileSync(file, 'scrape_configs: []\n');
  assert.equal((await readOtherJobs(file)).size, 0);
  writeFileSync(file, 'scrape_config_files: ["*/x.yml"]\n');
  await assert.rejects(readOtherJobs(file), /a pattern in the name of a folder: \*\/x\.yml/);
});
