/**
 * Editing cases as folders: prometheus.yml as administrators have it, and as it is after the patch, or why it is
 * refused. js-yaml, which has no part in the editing, reads both.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { planScrapes, type ScrapePlan } from '../../prometheus-patches/jobs.ts';
import { patchConfig } from '../../prometheus-patches/patch-config.ts';
import { assertExpectedFile, repositoryPath } from '../support/expected.ts';
import {
  type Config,
  configs,
  type JobConfig,
  jobsOf,
  readYaml,
  testCloud,
  testPlan,
  testRules,
} from '../support/prometheus-config.ts';

const plan = testPlan;

/** With a discovery that is not ours: left alone. */
const findsItself = (job: JobConfig): boolean =>
  ['file_sd_configs', 'http_sd_configs', 'dns_sd_configs'].some(
    (key) => (job[key] ?? null) !== null && !asText(job[key]).includes('/vm-*.json'),
  );
const isOurs = (job: JobConfig): boolean =>
  !findsItself(job) && plan.jobs.some(({ name }) => name === job.job_name);

const withoutRules = ({ rule_files: files, ...sections }: Config): Config => ({
  ...sections,
  rule_files: ((files ?? []) as readonly unknown[]).filter((entry) => entry !== testRules.entry),
});

/** What of a configuration is not ours: everything but the lists of targets of our jobs, and the alertmanagers'. */
const othersOf = (config: Config | null, { rules }: ScrapePlan): unknown => {
  const { scrape_configs: _, alerting, ...sections } = config ?? {};
  const { alertmanagers, ...alertingRest } = (alerting ?? {}) as { alertmanagers?: readonly Config[] };
  return {
    sections: rules === undefined ? sections : withoutRules(sections),
    alertingRest,
    alertmanagers: (alertmanagers ?? []).filter((one) => one['static_configs'] === undefined),
    ownAlertmanager: (alertmanagers ?? []).filter((one) => one['static_configs'] !== undefined).slice(1),
    jobs: jobsOf(config ?? {}).filter((job) => !isOurs(job)),
    settingsOfOurJobs: jobsOf(config ?? {})
      .filter(isOurs)
      .map(({ static_configs: _s, file_sd_configs: _f, ...rest }) => rest)
      .filter((rest) => Object.keys(rest).length > 1),
  };
};

const asText = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) => (typeof one === 'number' ? String(one) : one));
/** How often files are looked at is the administrator's. */
const sorted = (groups: unknown): readonly string[] =>
  (groups as readonly Config[])
    .map(({ refresh_interval: _, ...group }) => asText(Object.fromEntries(Object.entries(group).sort())))
    .sort();

const assertPlanned = (config: Config, wanted: ScrapePlan): void => {
  for (const { name, key, groups } of wanted.jobs) {
    const found = jobsOf(config).filter((job) => job.job_name === name);
    assert.equal(found.length, 1, name);
    if (found[0] === undefined || findsItself(found[0])) continue;
    assert.deepEqual(sorted(found[0]?.[key]), sorted(groups), name);
  }
  const rules = (config['rule_files'] ?? []) as readonly string[];
  const naming = rules.filter((entry) => /^(?:\.\/)?opennebula-extensions\.yml$|\*\.yml$/.test(entry));
  if (wanted.rules !== undefined) assert.ok(naming.length === 1, rules.join());
  const { alertmanagers } = config['alerting'] as { alertmanagers: readonly Config[] };
  if (alertmanagers.some((one) => one['dns_sd_configs'] !== undefined)) return;
  const own = alertmanagers.find((one) => one['static_configs'] !== undefined);
  assert.deepEqual(sorted(own?.['static_configs']), sorted(wanted.alertmanagers));
};

/** Comments that stand on lines of their own. */
const commentsOf = (text: string): readonly string[] =>
  text.split(/\r?\n/).filter((line) => /^\s*#/.test(line));

const assertPatched = (input: string, output: string, wanted: ScrapePlan): void => {
  const [before, ...furtherBefore] = readYaml(input);
  const [after, ...furtherAfter] = readYaml(output);
  assert.deepEqual(othersOf(after as Config, wanted), othersOf(before as Config | null, wanted));
  assert.deepEqual(furtherAfter, furtherBefore);
  assertPlanned(after as Config, wanted);
  assert.deepEqual(
    patchConfig(output, wanted),
    { ...patchConfig(output, wanted), kind: 'edited', text: output, changes: [] },
    'twice is once',
  );
  if (/\r\n/.test(input)) assert.doesNotMatch(output, /(?<!\r)\n/);
  else assert.doesNotMatch(output, /\r/);
};

const folder = repositoryPath('test/prometheus-patches/testcases');
const names = readdirSync(folder);
assert.ok(names.length >= 20);
for (const name of names) {
  test(`case: ${name}`, () => {
    const file = (one: string): string => path.join(folder, name, one);
    const input = readFileSync(file('input.yml'), 'utf8');
    const wanted = /^(?:refused-)?rules-/.test(name) ? { ...plan, rules: testRules } : plan;
    const result = patchConfig(input, wanted);
    const isRefused = name.startsWith('refused-');
    assert.equal(result.kind, isRefused ? 'refused' : 'edited', JSON.stringify(result));
    assertExpectedFile(
      file(isRefused ? 'expected.txt' : 'expected.yml'),
      result.kind === 'refused' ? `${result.detail}\n` : result.text,
    );
    if (result.kind === 'edited') {
      assertPatched(input, result.text, wanted);
      assert.ok(result.changes.length > 0);
      const kept = commentsOf(result.text);
      const lost = /of the old group/;
      for (const comment of commentsOf(input))
        assert.ok(lost.test(comment) || kept.includes(comment), `lost: ${comment}`);
    } else assert.ok(!existsSync(file('expected.yml')));
  });
}

test('laws: what is not ours stays, what is ours is as planned, twice is once', () => {
  let patched = 0;
  const property = fc.property(configs, fc.boolean(), (text, isWithRules) => {
    const wanted = isWithRules ? { ...plan, rules: testRules } : plan;
    const result = patchConfig(text, wanted);
    if (result.kind === 'refused') return;
    patched += 1;
    assertPatched(text, result.text, wanted);
    assert.equal(result.changes.length > 0, result.text !== text, 'what changes is said');
  });
  fc.assert(property, { numRuns: 1500 });
  assert.ok(patched > 1400, `${patched} of 1500 could be patched`);
});

test('B15-jobs-with-discovery-of-their-own: what is left alone is named, our own discovery is not', () => {
  const keptOf = (name: string): unknown => {
    const result = patchConfig(readFileSync(path.join(folder, name, 'input.yml'), 'utf8'), plan);
    return result.kind === 'edited' ? result.kept : result.detail;
  };
  assert.deepEqual(keptOf('B15-jobs-from-an-inventory'), [
    'job node_exporter is left as it is: its targets come from file_sd_configs of your own',
    'job libvirt_exporter is left as it is: its targets come from http_sd_configs of your own',
  ]);
  assert.deepEqual(keptOf('B15-discovery-beside-static-targets'), [
    'the list of alertmanagers is left as it is: its targets come from dns_sd_configs of your own',
    'job node_exporter is left as it is: its targets come from dns_sd_configs of your own',
    'job sr_exporter is left as it is: its targets come from dns_sd_configs of your own',
  ]);
  assert.deepEqual(keptOf('B15-our-own-discovery-over-http'), [
    'job node_exporter is left as it is: its targets come from http_sd_configs of your own',
  ]);
});

test('a file with thousands of hosts', () => {
  const hosts = Array.from({ length: 3000 }, (_, id) => ({ id, hostname: `kvm${id}.example.org` }));
  const large = planScrapes({ ...testCloud, hosts });
  const first = patchConfig('# top\nscrape_configs: []\n# end\n', large);
  assert.ok(first.kind === 'edited');
  assert.deepEqual(patchConfig(first.text, large), { ...first, changes: [] });
  const fewer = patchConfig(
    first.text,
    planScrapes({ ...testCloud, hosts: hosts.filter(({ id }) => id % 2 === 0) }),
  );
  assert.ok(fewer.kind === 'edited');
  const back = patchConfig(fewer.text, large);
  assert.ok(back.kind === 'edited');
  assert.deepEqual(commentsOf(back.text), ['# top', '# end']);
});

test('an alias bomb is refused', () => {
  const lines = Array.from(
    { length: 30 },
    (_, at) =>
      `a${at}: &a${at} [${Array(9)
        .fill(at === 0 ? 'x' : `*a${at - 1}`)
        .join(', ')}]`,
  );
  assert.equal(patchConfig(`${lines.join('\n')}\nscrape_configs: []\n`, plan).kind, 'refused');
});
