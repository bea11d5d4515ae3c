/** All files of `oneext prometheus scale-out`, by name. */
import { lcmState, lcmStatesWithoutProcess, vmState } from '../../lib/one/vm.ts';
import type { TargetGroup } from '../../lib/prometheus/target-group.ts';
import { keplerRules } from './kepler-rules.ts';
import { onepowerRules } from './onepower-rules.ts';
import { commonRules, type VmStates } from './power-rules.ts';
import { formatRuleGroups, type RuleGroup, withoutParts } from './rule.ts';
import { scaphandreRules } from './scaphandre-rules.ts';
import {
  agentsFile,
  type EngineFormat,
  type EngineSettings,
  formatAgentsFile,
  formatScrapeConfig,
  rulesFile,
} from './scrape-config.ts';

const states: VmStates = {
  active: vmState.active,
  running: lcmState.running,
  migrating: [lcmState.migrate, lcmState.saveMigrate],
  withoutProcess: [...lcmStatesWithoutProcess],
};

/** All rules, with their parts. */
export const scaleOutRules = (intervalSeconds: number): readonly RuleGroup[] => [
  onepowerRules,
  scaphandreRules,
  keplerRules,
  ...commonRules(states, intervalSeconds),
];

/** One group: rules of a group are evaluated one after another, and read what those before have recorded. */
const ruleGroupsOf = (intervalSeconds: number): readonly RuleGroup[] => {
  const groups = withoutParts(scaleOutRules(intervalSeconds));
  return [{ name: 'OpenNebulaPower', rules: groups.flatMap(({ rules }) => rules) }];
};

/** Of one engine; where the engines share out the targets themselves, of all of them. */
const configName = (format: EngineFormat, shard: number): string =>
  format === 'promscrape' ? 'promscrape.yml' : `${format}-${shard}.yml`;

/** Names that files of ours may have had with other options. */
export const mayBeOurs = (name: string): boolean =>
  /^(?:(?:vmagent|prometheus)-[1-9]\d*|promscrape|power-agents|rules)\.yml$/.test(name);

export interface ScaleOut extends EngineSettings {
  readonly agents: readonly TargetGroup[];
}

export const scaleOutFiles = (scaleOut: ScaleOut): ReadonlyMap<string, string> => {
  const { format, shards, intervalSeconds, discovery, agents } = scaleOut;
  const engines = Array.from({ length: format === 'promscrape' ? 1 : shards }, (_, at) => at + 1);
  return new Map([
    ...engines.map((shard) => [configName(format, shard), formatScrapeConfig(scaleOut, shard)] as const),
    [rulesFile, formatRuleGroups(ruleGroupsOf(intervalSeconds), `${intervalSeconds}s`)],
    ...(discovery.kind === 'file' ? [[agentsFile, formatAgentsFile(agents)] as const] : []),
  ]);
};
