/**
 * Editing cases as folders: prometheus.yml as administrators have it, and as it is after the patch, or why it is
 * refused. js-yaml, which has no part in the editing, reads both.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { loadAll } from 'js-yaml';
import { Document } from 'yaml';
import { type Cloud, planScrapes, type ScrapePlan } from '../../prometheus-patches/jobs.ts';
import { patchConfig } from '../../prometheus-patches/patch-config.ts';
import { assertExpectedFile, repositoryPath } from '../support/expected.ts';

const cloud: Cloud = {
  myself: 'fe1.example.org',
  otherServers: ['fe2.example.org'],
  hosts: [
    { id: 0, hostname: 'kvm1.example.org' },
    { id: 1, hostname: 'kvm2.example.org' },
  ],
  isHost: false,
  reachable: new Set(['kvm2.example.org:9475']),
  powerAgents: [
    { targets: ['kvm1.example.org:8080'], labels: { host_id: '0', one_host_id: '0' } },
    { targets: ['[2001:db8::2]:8080'], labels: { host_id: '1', one_host_id: '1' } },
  ],
  targetFiles: '/var/lib/one/prometheus/targets/vm-*.json',
};
const plan = planScrapes(cloud);

interface Config {
  readonly [key: string]: unknown;
}
interface JobConfig extends Config {
  readonly job_name: string;
}

const jobsOf = (config: Config): readonly JobConfig[] =>
  (config['scrape_configs'] ?? []) as readonly JobConfig[];
const isOurs = (job: JobConfig): boolean => plan.jobs.some(({ name }) => name === job.job_name);

const read = (text: string): readonly unknown[] => {
  const documents = loadAll(text.replace(/^\ufeff/, ''));
  return documents.length === 0 ? [null] : documents;
};

/** What of a configuration is not ours: everything but the lists of targets of our jobs, and the alertmanagers'. */
const othersOf = (config: Config | null): unknown => {
  const { scrape_configs: _, alerting, ...sections } = config ?? {};
  const { alertmanagers, ...alertingRest } = (alerting ?? {}) as { alertmanagers?: readonly Config[] };
  return {
    sections,
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
    assert.deepEqual(sorted(found[0]?.[key]), sorted(groups), name);
  }
  const { alertmanagers } = config['alerting'] as { alertmanagers: readonly Config[] };
  const own = alertmanagers.find((one) => one['static_configs'] !== undefined);
  assert.deepEqual(sorted(own?.['static_configs']), sorted(wanted.alertmanagers));
};

/** Comments that stand on lines of their own. */
const commentsOf = (text: string): readonly string[] =>
  text.split(/\r?\n/).filter((line) => /^\s*#/.test(line));

const assertPatched = (input: string, output: string): void => {
  const [before, ...furtherBefore] = read(input);
  const [after, ...furtherAfter] = read(output);
  assert.deepEqual(othersOf(after as Config), othersOf(before as Config | null));
  assert.deepEqual(furtherAfter, furtherBefore);
  assertPlanned(after as Config, plan);
  assert.deepEqual(
    patchConfig(output, plan),
    { kind: 'patched', text: output, changes: [] },
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
    const result = patchConfig(input, plan);
    const isRefused = name.startsWith('refused-');
    assert.equal(result.kind, isRefused ? 'refused' : 'patched', JSON.stringify(result));
    assertExpectedFile(
      file(isRefused ? 'expected.txt' : 'expected.yml'),
      result.kind === 'refused' ? `${result.detail}\n` : result.text,
    );
    if (result.kind === 'patched') {
      assertPatched(input, result.text);
      assert.ok(result.changes.length > 0);
      const kept = commentsOf(result.text);
      const lost = /of the old group/;
      for (const comment of commentsOf(input))
        assert.ok(lost.test(comment) || kept.includes(comment), `lost: ${comment}`);
    } else assert.ok(!existsSync(file('expected.yml')));
  });
}

/** prometheus.yml as it may be: any of our jobs with any targets, others, in any order and style. */
const configs = (() => {
  const target = fc.constantFrom(
    'kvm1.example.org:9100',
    'kvm2.example.org:9100',
    'old:9100',
    'fe1.example.org:9925',
  );
  const label = fc.constantFrom('0', '1', '9');
  const group = fc.record(
    { targets: fc.array(target, { maxLength: 2 }), labels: fc.record({ one_host_id: label }) },
    { requiredKeys: ['targets'] },
  );
  const groups = fc.option(fc.array(group, { maxLength: 4 }));
  const jobNames = ['node_exporter', 'libvirt_exporter', 'sr_exporter', 'scaphandre', 'prometheus', 'mine'];
  const job = fc.record(
    {
      static_configs: groups,
      scrape_interval: fc.constant('30s'),
      file_sd_configs: fc.constant([{ files: ['/x/*.json'] }]),
    },
    { requiredKeys: [] },
  );
  const jobs = fc
    .uniqueArray(fc.constantFrom(...jobNames))
    .chain((list) => fc.tuple(...list.map((name) => job.map((one) => ({ job_name: name, ...one })))));
  const alerting = fc.option(
    fc.record(
      {
        alertmanagers: fc.option(
          fc.array(fc.record({ static_configs: fc.array(group, { maxLength: 2 }) }), { maxLength: 2 }),
        ),
      },
      { requiredKeys: [] },
    ),
  );
  const sections = fc.record(
    {
      global: fc.constant({ scrape_interval: '15s' }),
      alerting,
      scrape_configs: fc.option(jobs),
      rule_files: fc.constant([]),
    },
    { requiredKeys: [] },
  );
  const style = fc.record({
    indent: fc.constantFrom(2, 4),
    indentSeq: fc.boolean(),
    flow: fc.boolean(),
    crlf: fc.boolean(),
    cut: fc.boolean(),
    comments: fc.boolean(),
  });
  return fc.tuple(sections, style).map(([value, { indent, indentSeq, flow, crlf, cut, comments }]) => {
    let text = flow
      ? `${JSON.stringify(value)}\n`
      : new Document(value).toString({ indent, indentSeq, lineWidth: 0 });
    if (comments && !flow) text = text.replaceAll('\n', ' # c\n');
    if (cut) text = text.trimEnd();
    return crlf ? text.replaceAll('\n', '\r\n') : text;
  });
})();

test('laws: what is not ours stays, what is ours is as planned, twice is once', () => {
  let patched = 0;
  const property = fc.property(configs, (text) => {
    const result = patchConfig(text, plan);
    if (result.kind === 'refused') return;
    patched += 1;
    assertPatched(text, result.text);
    assert.equal(result.changes.length > 0, result.text !== text, 'what changes is said');
  });
  fc.assert(property, { numRuns: 1500 });
  assert.ok(patched > 1400, `${patched} of 1500 could be patched`);
});

test('a file with thousands of hosts', () => {
  const hosts = Array.from({ length: 3000 }, (_, id) => ({ id, hostname: `kvm${id}.example.org` }));
  const large = planScrapes({ ...cloud, hosts });
  const first = patchConfig('# top\nscrape_configs: []\n# end\n', large);
  assert.ok(first.kind === 'patched');
  assert.deepEqual(patchConfig(first.text, large), { ...first, changes: [] });
  const fewer = patchConfig(
    first.text,
    planScrapes({ ...cloud, hosts: hosts.filter(({ id }) => id % 2 === 0) }),
  );
  assert.ok(fewer.kind === 'patched');
  const back = patchConfig(fewer.text, large);
  assert.ok(back.kind === 'patched');
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
