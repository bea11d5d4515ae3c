/**
 * Patches prometheus.yml: the alertmanagers and our jobs become what the plan says, our rules are named, and every
 * other byte stays: comments, quotes, flow style, anchors, order.
 *
 * Of a job that is there already only the list of targets is ours; what an administrator added to the job stays. A
 * job with a discovery of its own, and such alertmanagers, are left alone.
 */
import { isMap, isSeq, type YAMLMap } from 'yaml';
import { isMapping, type Mapping, readMapping } from '../lib/mapping.ts';
import { type Edit, type EditResult, lineBreakOf } from '../lib/text/text-edit.ts';
import { expectedConfig, groupForm, listAt, missingRules } from './config-model.ts';
import { describeChanges } from './describe-changes.ts';
import { editConfig, type ReadConfig, Refusal } from './edit-config.ts';
import type { Job, ScrapePlan } from './jobs.ts';
import { considerDiscovery } from './own-discovery.ts';
import { addItems, addPairs, changeItems, hasKey, replacePair, setEmptyKey, valueAt } from './yaml-edit.ts';
import { formatBlockPair, type YamlValue } from './yaml-format.ts';

const jobValue = ({ name, key, groups }: Job): YamlValue => ({ job_name: name, [key]: groups });

/** Edits that make the list below `key` hold the wanted groups; items that are right are not touched. */
const editList = (
  text: string,
  map: YAMLMap,
  key: string,
  before: readonly unknown[],
  wanted: readonly YamlValue[],
): readonly Edit[] => {
  const missing = new Map<string, YamlValue[]>();
  for (const group of wanted)
    missing.set(groupForm(group), [...(missing.get(groupForm(group)) ?? []), group]);
  const kept = before.map((group) => missing.get(groupForm(group))?.shift() !== undefined);
  const added = [...missing.values()].flat();
  if (added.length === 0 && kept.every(Boolean)) return [];
  const node = valueAt(map, key);
  if (!hasKey(map, key)) return addPairs(text, map, [[key, wanted]]);
  if (!isSeq(node) || node.items.length === 0) return setEmptyKey(text, map, key, wanted);
  return changeItems(text, node, (index) => kept[index] === true, added);
};

const editJob = (text: string, node: unknown, job: Job, before: Mapping): readonly Edit[] => {
  const { name, key } = job;
  const groups = job.groups;
  if (!isMap(node)) throw new Refusal(`the job ${name} is an alias of another`);
  if (key === 'file_sd_configs' && hasKey(node, 'static_configs')) {
    // The first generation listed VMs here.
    if (!hasKey(node, key)) return replacePair(text, node, 'static_configs', key, groups);
    const emptied =
      listAt(before, 'static_configs').length === 0
        ? []
        : replacePair(text, node, 'static_configs', 'static_configs', []);
    return [...emptied, ...editList(text, node, key, listAt(before, key), groups)];
  }
  return editList(text, node, key, listAt(before, key), groups);
};

const editJobs = (text: string, root: YAMLMap, config: Mapping, jobs: readonly Job[]): readonly Edit[] => {
  const before = listAt(config, 'scrape_configs');
  const seq = valueAt(root, 'scrape_configs');
  const edits: Edit[] = [];
  const added: YamlValue[] = [];
  for (const job of jobs) {
    const places = before.flatMap((one, index) =>
      isMapping(one) && one['job_name'] === job.name ? [index] : [],
    );
    const [index] = places;
    if (places.length > 1) throw new Refusal(`the job ${job.name} stands in it ${places.length} times`);
    if (index === undefined) added.push(jobValue(job));
    else
      edits.push(
        ...editJob(text, isSeq(seq) ? seq.items[index] : undefined, job, readMapping(before[index])),
      );
  }
  if (!hasKey(root, 'scrape_configs')) return edits; // added with other keys of the root
  return isSeq(seq) && seq.items.length > 0
    ? [...edits, ...addItems(text, seq, added)]
    : [...edits, ...setEmptyKey(text, root, 'scrape_configs', added)];
};

const editAlertmanagers = (
  text: string,
  root: YAMLMap,
  config: Mapping,
  groups: readonly YamlValue[] | undefined,
): readonly Edit[] => {
  if (groups === undefined) return [];
  const alerting = valueAt(root, 'alerting');
  const whole = [{ static_configs: groups }];
  if (!hasKey(root, 'alerting')) return [];
  if (!isMap(alerting) || alerting.items.length === 0)
    return setEmptyKey(text, root, 'alerting', { alertmanagers: whole });
  const before = listAt(readMapping(config['alerting']), 'alertmanagers');
  const seq = valueAt(alerting, 'alertmanagers');
  if (!hasKey(alerting, 'alertmanagers')) return addPairs(text, alerting, [['alertmanagers', whole]]);
  if (!isSeq(seq) || seq.items.length === 0) return setEmptyKey(text, alerting, 'alertmanagers', whole);
  const index = before.findIndex((one) => isMapping(one) && Object.hasOwn(one, 'static_configs'));
  if (index < 0) return addItems(text, seq, whole);
  const item = seq.items[index];
  if (!isMap(item)) throw new Refusal('the alertmanager with static_configs is an alias');
  return editList(text, item, 'static_configs', listAt(readMapping(before[index]), 'static_configs'), groups);
};

const editRules = (text: string, root: YAMLMap, added: readonly string[]): readonly Edit[] => {
  if (!hasKey(root, 'rule_files') || added.length === 0) return [];
  const seq = valueAt(root, 'rule_files');
  return isSeq(seq) && seq.items.length > 0
    ? addItems(text, seq, added)
    : setEmptyKey(text, root, 'rule_files', added);
};

const planEdits = (
  text: string,
  { root, config, documents }: ReadConfig,
  plan: ScrapePlan,
): readonly Edit[] => {
  const alertmanagers = plan.alertmanagers;
  const rules = missingRules(config, plan.rules);
  if (!Array.isArray(config['rule_files'] ?? [])) throw new Refusal('rule_files is no list');
  const missing: (readonly [string, YamlValue])[] = [
    ...(alertmanagers === undefined
      ? []
      : [['alerting', { alertmanagers: [{ static_configs: alertmanagers }] }] as const]),
    ...(rules.length === 0 ? [] : [['rule_files', rules] as const]),
    ['scrape_configs', plan.jobs.map(jobValue)],
  ];
  if (isMap(root)) {
    return [
      ...editAlertmanagers(text, root, config, alertmanagers),
      ...editRules(text, root, rules),
      ...editJobs(text, root, config, plan.jobs),
      ...addPairs(
        text,
        root,
        missing.filter(([key]) => !hasKey(root, key)),
      ),
    ];
  }
  if (documents > 1) throw new Refusal('its first document is empty');
  const lines = missing.flatMap(([key, value]) => formatBlockPair(key, value));
  return [
    { from: text.length, to: text.length, text: lines.map((line) => line + lineBreakOf(text)).join('') },
  ];
};

export const patchConfig = (text: string, plan: ScrapePlan): EditResult =>
  editConfig(text, {
    planEdits: (whole, read) => planEdits(whole, read, considerDiscovery(read.config, plan).plan),
    expected: (before) => expectedConfig(before, considerDiscovery(before, plan).plan),
    describe: (before) => describeChanges(before, considerDiscovery(before, plan).plan),
    kept: (before) => considerDiscovery(before, plan).kept,
  });
