/**
 * Takes out of prometheus.yml what only we need: the job sr_exporter, those of the power agents, and our rules. The targets of
 * the other jobs stay as they are: OpenNebula's own exporters are asked on.
 */
import { isMap, isSeq, type YAMLMap } from 'yaml';
import { isMapping, type Mapping } from '../lib/mapping.ts';
import type { Edit, EditResult } from '../lib/text/text-edit.ts';
import { listAt } from './config-model.ts';
import { describeRemovals } from './describe-changes.ts';
import { editConfig, Refusal } from './edit-config.ts';
import { isOwnJob } from './jobs.ts';
import { foreignDiscoveries } from './own-discovery.ts';
import { isOwnEntry, type RuleFile } from './rule-file.ts';
import { hasKey, removeItems, replacePair, valueAt } from './yaml-edit.ts';

const keepsJob =
  (powerAgents: readonly string[]) =>
  (job: unknown): boolean =>
    !isMapping(job) || !isOwnJob(job['job_name'], powerAgents) || foreignDiscoveries(job).length > 0;

/** A list of the root without what is not kept; one that loses all stays as an empty list. */
const filterList = (
  text: string,
  root: YAMLMap,
  config: Mapping,
  key: string,
  isKept: (item: unknown) => boolean,
): readonly Edit[] => {
  const kept = listAt(config, key).map(isKept);
  if (kept.every(Boolean) || !hasKey(root, key)) return [];
  const seq = valueAt(root, key);
  if (!isSeq(seq)) throw new Refusal(`${key} is an alias`);
  if (kept.some(Boolean)) return removeItems(text, seq, (index) => kept[index] === true);
  return replacePair(text, root, key, key, []);
};

const withoutOurs = (before: Mapping, rules: RuleFile, powerAgents: readonly string[]): Mapping => {
  const filtered = (key: string, isKept: (item: unknown) => boolean): Mapping =>
    Array.isArray(before[key]) ? { [key]: listAt(before, key).filter(isKept) } : {};
  return {
    ...before,
    ...filtered('scrape_configs', keepsJob(powerAgents)),
    ...filtered('rule_files', (entry) => !isOwnEntry(entry, rules)),
  };
};

/** @param powerAgents the names of all power agents, which are those of their jobs */
export const unpatchConfig = (text: string, rules: RuleFile, powerAgents: readonly string[]): EditResult =>
  editConfig(text, {
    planEdits: (whole, { root, config }) =>
      isMap(root)
        ? [
            ...filterList(whole, root, config, 'scrape_configs', keepsJob(powerAgents)),
            ...filterList(whole, root, config, 'rule_files', (entry) => !isOwnEntry(entry, rules)),
          ]
        : [],
    expected: (before) => withoutOurs(before, rules, powerAgents),
    describe: (before) => describeRemovals(before, rules, keepsJob(powerAgents)),
    kept: (before) =>
      listAt(before, 'scrape_configs').flatMap((job) =>
        isMapping(job) && isOwnJob(job['job_name'], powerAgents) && keepsJob(powerAgents)(job)
          ? [`job ${String(job['job_name'])} stays: its targets come from a discovery of your own`]
          : [],
      ),
  });
