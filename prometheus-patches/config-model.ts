/** prometheus.yml as plain values: what it says before and after, whatever its form. */
import { isMapping, type Mapping, readMapping } from '../lib/mapping.ts';
import type { Job, ScrapePlan, StaticGroup } from './jobs.ts';
import { coversRules, type RuleFile } from './rule-file.ts';

export const listAt = (value: Mapping, key: string): readonly unknown[] => {
  const list = Object.hasOwn(value, key) ? value[key] : undefined;
  return Array.isArray(list) ? list : [];
};

const format = (value: unknown, formatScalar: (scalar: unknown) => string): string => {
  if (Array.isArray(value)) return `[${value.map((one) => format(one, formatScalar)).join()}]`;
  if (!isMapping(value)) return formatScalar(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${format(value[key], formatScalar)}`).join()}}`;
};

/** Equal for values that are the same but for the order of keys. */
export const strictForm = (value: unknown): string =>
  format(value, (scalar) => (typeof scalar === 'number' ? `#${scalar}` : JSON.stringify(scalar ?? null)));

/**
 * Equal for groups that Prometheus takes for the same targets: a label `1` is the text '1', and how often files
 * are looked at is the administrator's.
 */
export const groupForm = (group: unknown): string => {
  const files = isMapping(group) ? group['files'] : undefined;
  const compared = files === undefined ? group : { files };
  return format(compared, (scalar) => JSON.stringify(String(scalar)));
};

/** Items that stand in both keep the order of the first, new ones come behind. */
const mergeLists = (before: readonly unknown[], wanted: readonly unknown[]): readonly unknown[] => {
  const missing = wanted.map((group) => ({ group, text: groupForm(group) }));
  const kept = before.filter((group) => {
    const text = groupForm(group);
    const at = missing.findIndex((one) => one.text === text);
    if (at >= 0) missing.splice(at, 1);
    return at >= 0;
  });
  return [...kept, ...missing.map(({ group }) => group)];
};

const expectedJob = (before: Mapping, { key, groups }: Job): Mapping => {
  const merged = { ...before, [key]: mergeLists(listAt(before, key), groups) };
  if (key !== 'file_sd_configs' || !Object.hasOwn(before, 'static_configs')) return merged;
  // The key itself stays, empty, where both stood.
  const { static_configs: _, ...rest } = merged as Mapping & { readonly static_configs?: unknown };
  if (!Object.hasOwn(before, key)) return rest;
  return {
    ...rest,
    static_configs: listAt(before, 'static_configs').length === 0 ? before['static_configs'] : [],
  };
};

const expectedJobs = (before: readonly unknown[], jobs: readonly Job[]): readonly unknown[] => {
  const byName = new Map(jobs.map((job) => [job.name, job]));
  const present = new Set<string>();
  const kept = before.map((one) => {
    const job = isMapping(one) ? byName.get(String(one['job_name'])) : undefined;
    if (job === undefined) return one;
    present.add(job.name);
    return expectedJob(readMapping(one), job);
  });
  const added = jobs.filter(({ name }) => !present.has(name));
  return [...kept, ...added.map(({ name, key, groups }) => ({ job_name: name, [key]: groups }))];
};

const expectedAlertmanagers = (
  before: readonly unknown[],
  groups: readonly StaticGroup[],
): readonly unknown[] => {
  const index = before.findIndex((one) => isMapping(one) && Object.hasOwn(one, 'static_configs'));
  if (index < 0) return [...before, { static_configs: groups }];
  return before.map((one, at) =>
    at === index
      ? {
          ...readMapping(one),
          static_configs: mergeLists(listAt(readMapping(one), 'static_configs'), groups),
        }
      : one,
  );
};

/** What is to be added to rule_files: our rules, unless there are none or an entry covers them. */
export const missingRules = (before: Mapping, rules: RuleFile | undefined): readonly string[] =>
  rules === undefined || listAt(before, 'rule_files').some((entry) => coversRules(entry, rules))
    ? []
    : [rules.entry];

/** What the configuration must say after the patch. */
export const expectedConfig = (before: Mapping, plan: ScrapePlan): Mapping => {
  const alerting = readMapping(before['alerting']);
  const rules = missingRules(before, plan.rules);
  return {
    ...before,
    ...(rules.length === 0 ? {} : { rule_files: [...listAt(before, 'rule_files'), ...rules] }),
    ...(plan.alertmanagers === undefined
      ? {}
      : {
          alerting: {
            ...alerting,
            alertmanagers: expectedAlertmanagers(listAt(alerting, 'alertmanagers'), plan.alertmanagers),
          },
        }),
    scrape_configs: expectedJobs(listAt(before, 'scrape_configs'), plan.jobs),
  };
};
