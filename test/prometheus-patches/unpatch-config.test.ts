/**
 * Editing cases as folders: prometheus.yml as it is with us, and without us, or why it is refused. Laws tie the way
 * out to the way in. js-yaml, which has no part in the editing, reads both.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import type { EditResult } from '../../lib/text/text-edit.ts';
import { patchConfig } from '../../prometheus-patches/patch-config.ts';
import { unpatchConfig } from '../../prometheus-patches/unpatch-config.ts';
import { assertExpectedFile, repositoryPath } from '../support/expected.ts';
import {
  type Config,
  configs,
  type JobConfig,
  jobsOf,
  readYaml,
  testPlan,
  testRules,
} from '../support/prometheus-config.ts';

const plan = { ...testPlan, rules: testRules };
const ownJobs = ['sr_exporter', 'scaphandre'];
const isOwnRule = (entry: string): boolean => /(?:^|\/)opennebula-extensions\.yml$/.test(entry);

/** A job of one of our names whose targets the operator finds, which stays. */
const isOurs = (job: JobConfig): boolean =>
  ownJobs.includes(job.job_name) && !/\/x\/\*\.json|inventory/.test(JSON.stringify(job));

/** What is to be left: everything but our jobs and our rules. */
const othersOf = (config: Config | null): unknown => {
  const { scrape_configs: _, rule_files: rules, ...sections } = config ?? {};
  return {
    sections,
    jobs: jobsOf(config ?? {}).filter((job) => !isOurs(job)),
    rules: ((rules ?? []) as readonly string[]).filter((entry) => !isOwnRule(entry)),
  };
};

const assertUnpatched = (input: string, output: string): void => {
  const [before, ...furtherBefore] = readYaml(input);
  const [after, ...furtherAfter] = readYaml(output);
  assert.deepEqual(othersOf(after as Config | null), othersOf(before as Config | null));
  assert.deepEqual(furtherAfter, furtherBefore);
  const { rule_files: rules } = (after ?? {}) as Config;
  assert.ok(!jobsOf((after ?? {}) as Config).some(isOurs), 'none of our jobs is left');
  assert.ok(!((rules ?? []) as readonly string[]).some(isOwnRule), 'our rules are not named any more');
  const again = unpatchConfig(output, testRules, ['scaphandre']);
  assert.deepEqual(again, { ...again, kind: 'edited', text: output, changes: [] }, 'twice is once');
};

const textOf = (result: EditResult): string => {
  assert.equal(result.kind, 'edited', JSON.stringify(result));
  return result.kind === 'edited' ? result.text : '';
};

const folder = repositoryPath('test/prometheus-patches/unpatch-testcases');
for (const name of readdirSync(folder)) {
  test(`case: ${name}`, () => {
    const file = (one: string): string => path.join(folder, name, one);
    const input = readFileSync(file('input.yml'), 'utf8');
    const result = unpatchConfig(input, testRules, ['scaphandre']);
    const isRefused = name.startsWith('refused-');
    assert.equal(result.kind, isRefused ? 'refused' : 'edited', JSON.stringify(result));
    if (result.kind === 'refused') return assertExpectedFile(file('expected.txt'), `${result.detail}\n`);
    assertExpectedFile(file('expected.yml'), result.text);
    assertUnpatched(input, result.text);
    assert.equal(result.changes.length > 0, result.text !== input, 'what changes is said');
  });
}

test('B15-jobs-with-discovery-of-their-own: they stay when the suite goes, and are named', () => {
  const job = '- job_name: sr_exporter\n  file_sd_configs: [{files: [/etc/inventory/*.yml]}]\n';
  const text = `scrape_configs:\n${job}- job_name: scaphandre\n  static_configs: []\n`;
  const result = unpatchConfig(text, testRules, ['scaphandre']);
  assert.ok(result.kind === 'edited');
  assert.equal(result.text, `scrape_configs:\n${job}`);
  assert.deepEqual(result.kept, ['job sr_exporter stays: its targets come from a discovery of your own']);
});

test('what goes is said', () => {
  const input = readFileSync(path.join(folder, 'between-other-jobs', 'input.yml'), 'utf8');
  const result = unpatchConfig(input, testRules, ['scaphandre']);
  assert.deepEqual(result.kind === 'edited' && result.changes, [
    'job sr_exporter (removed)',
    '  - /var/lib/one/prometheus/targets/vm-*.json',
    'job scaphandre (removed)',
    '  - kvm1:8080 host_id=0 one_host_id=0',
    '  - scrape_interval, which was added to it',
    '  - relabel_configs, which was added to it',
    'rule_files',
    '  - opennebula-extensions.yml',
  ]);
});

test('laws: none of ours is left, the rest stays, and what the patch brought goes without a trace', () => {
  let unpatched = 0;
  const property = fc.property(configs, (text) => {
    const first = patchConfig(text, plan);
    if (first.kind === 'refused') return;
    const unpatchedConfig = unpatchConfig(first.text, testRules, ['scaphandre']);
    if (unpatchedConfig.kind === 'refused') return assert.match(unpatchedConfig.detail, /alias|anchors/);
    const result = unpatchedConfig.text;
    assertUnpatched(first.text, result);
    const around = textOf(unpatchConfig(textOf(patchConfig(result, plan)), testRules, ['scaphandre']));
    assert.equal(around.trimEnd(), result.trimEnd(), 'but for an end that the last line may have got');
    unpatched += 1;
  });
  fc.assert(property, { numRuns: 400 });
  assert.ok(unpatched > 300, `${unpatched} of 400; the rest has anchors`);
});
