/** Says what a patch changes, for people. */
import { isMapping, listAt, type Mapping, readMapping } from './config-model.ts';
import type { ScrapePlan } from './jobs.ts';

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

/** A line for each target that comes or goes, below the job it belongs to. */
export const describeChanges = (before: Mapping, plan: ScrapePlan): readonly string[] => [
  ...describeList('alertmanagers', alertmanagerOf(before), plan.alertmanagers),
  ...plan.jobs.flatMap(({ name, groups }) => {
    const job = listAt(before, 'scrape_configs').find((one) => isMapping(one) && one['job_name'] === name);
    const lists = [
      ...listAt(readMapping(job), 'static_configs'),
      ...listAt(readMapping(job), 'file_sd_configs'),
    ];
    return describeList(`job ${name}`, job === undefined ? undefined : lists, groups);
  }),
];
