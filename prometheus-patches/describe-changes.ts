/** Says what a patch changes, for people. */
import { isMapping, type Mapping, readMapping } from '../lib/mapping.ts';
import { listAt, missingRules } from './config-model.ts';
import type { ScrapePlan } from './jobs.ts';
import { isOwnEntry, type RuleFile } from './rule-file.ts';

/** One entry for each target with its labels, or for each pattern of files. */
const entriesOf = (groups: readonly unknown[]): readonly string[] =>
  groups.flatMap((group) => {
    const { targets, files, labels } = readMapping(group);
    const shown = Object.entries(readMapping(labels)).map(([name, value]) => `${name}=${String(value)}`);
    const list = Array.isArray(targets) ? targets : Array.isArray(files) ? files : [];
    return list.map((one) => [String(one), ...shown].join(' '));
  });

const describeList = (
  title: string,
  before: readonly unknown[] | undefined,
  after: readonly unknown[],
): readonly string[] => {
  const [old, now] = [entriesOf(before ?? []), entriesOf(after)];
  const lines = [
    ...now.filter((entry) => !old.includes(entry)).map((entry) => `  + ${entry}`),
    ...old.filter((entry) => !now.includes(entry)).map((entry) => `  - ${entry}`),
  ];
  if (lines.length === 0) return [];
  return [`${title}${before === undefined ? ' (new)' : ''}`, ...lines];
};

const alertmanagerOf = (config: Mapping): readonly unknown[] | undefined => {
  const own = listAt(readMapping(config['alerting']), 'alertmanagers').find(
    (one) => isMapping(one) && Object.hasOwn(one, 'static_configs'),
  );
  return own === undefined ? undefined : listAt(readMapping(own), 'static_configs');
};

const targetListsOf = (job: Mapping): readonly unknown[] => [
  ...listAt(job, 'static_configs'),
  ...listAt(job, 'file_sd_configs'),
];

const describeRules = (before: Mapping, rules: RuleFile | undefined): readonly string[] => {
  const added = missingRules(before, rules);
  const title = `rule_files${Object.hasOwn(before, 'rule_files') ? '' : ' (new)'}`;
  return added.length === 0 ? [] : [title, ...added.map((entry) => `  + ${entry}`)];
};

/** A line for each target that comes or goes, below the job it belongs to. */
export const describeChanges = (before: Mapping, plan: ScrapePlan): readonly string[] => [
  ...(plan.alertmanagers === undefined
    ? []
    : describeList('alertmanagers', alertmanagerOf(before), plan.alertmanagers)),
  ...describeRules(before, plan.rules),
  ...plan.jobs.flatMap(({ name, groups }) => {
    const job = listAt(before, 'scrape_configs').find((one) => isMapping(one) && one['job_name'] === name);
    const lists = job === undefined ? undefined : targetListsOf(readMapping(job));
    return describeList(`job ${name}`, lists, groups);
  }),
];

const describeRemovedJob = (job: Mapping): readonly string[] => {
  const { job_name: name, static_configs: _s, file_sd_configs: _f, ...settings } = job;
  return [
    `job ${String(name)} (removed)`,
    ...entriesOf(targetListsOf(job)).map((entry) => `  - ${entry}`),
    ...Object.keys(settings).map((key) => `  - ${key}, which was added to it`),
  ];
};

/** What goes with us: a line for each target, each setting of our jobs, and the rules. */
export const describeRemovals = (
  before: Mapping,
  rules: RuleFile,
  isKept: (job: unknown) => boolean,
): readonly string[] => {
  const entries = listAt(before, 'rule_files').filter((entry) => isOwnEntry(entry, rules));
  return [
    ...listAt(before, 'scrape_configs').flatMap((job) =>
      isMapping(job) && !isKept(job) ? describeRemovedJob(job) : [],
    ),
    ...(entries.length === 0 ? [] : ['rule_files', ...entries.map((entry) => `  - ${String(entry)}`)]),
  ];
};
