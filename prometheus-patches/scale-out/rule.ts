/** Recording rules as vmalert and Prometheus read them, and the forms that several of them share. */

export interface Rule {
  readonly record: string;
  /**
   * It is written out where it is used, and may be recorded besides: vmalert reads what a rule before has recorded one
   * evaluation later, so a check would come after what it is to check.
   */
  readonly part?: 'hidden' | 'recorded';
  /** What it is, for people who read the file. */
  readonly about: string;
  /** One line of PromQL, or several. */
  readonly expr: string;
}

export interface RuleGroup {
  readonly name: string;
  readonly rules: readonly Rule[];
}

/** Labels of a host: ids are unique only within their zone. */
export const byHost = 'one_zone_id, one_host_id';
export const byVm = 'one_zone_id, one_vm_id';
export const byVmOnHost = 'one_zone_id, one_host_id, one_vm_id';

/** Counters are read over this time: the last two samples of it count, as with the exporter. */
export const counterWindow = '3m';

/** Holds where a series is there now and was scraped before: VictoriaMetrics takes a single sample for growth from 0. */
const scrapedTwice = (series: string): string =>
  `count_over_time(${series}[${counterWindow}]) > 1 and ${series}`;

/** What a counter has moved by between the last two scrapes; nothing where it has begun anew. */
export const movedBy = (series: string): string =>
  `(idelta(${series}[${counterWindow}]) >= 0 and ${scrapedTwice(series)})`;

/** The same, in a second. */
export const rateOf = (series: string): string =>
  `(irate(${series}[${counterWindow}]) and ${movedBy(series)})`;

/** What no VM can draw costs that VM alone. */
const possible = (claim: string, limit: string): string =>
  `((${claim} >= 0) <= on (${byHost}) group_left () ${limit})`;

/** A host whose VMs draw more together than it can is not believed. */
const withoutExcess = (power: string, claim: string, limit: string): string => `${power}
  unless on (${byHost})
(sum by (${byHost}) ${possible(claim, limit)} > on (${byHost}) ${limit})`;

/**
 * As the exporter judges pages.
 *
 * @param agent the series are named after it: vm_host:AGENT_claim:watts is what it says of each VM,
 * host:AGENT_measured:watts of each host, and host:AGENT_limit:watts the most that VMs can draw
 */
export const judgedRules = (agent: string): readonly Rule[] => {
  const [claim, limit] = [`vm_host:${agent}_claim:watts`, `host:${agent}_limit:watts`];
  return [
    {
      record: `host:${agent}_power:watts`,
      about: `Power of hosts by ${agent}, as far as it can be true.`,
      expr: withoutExcess(`host:${agent}_measured:watts`, claim, limit),
    },
    {
      record: `vm_host:${agent}_power:watts`,
      about: `Power of VMs on each host by ${agent}, as far as it can be true.`,
      expr: withoutExcess(possible(claim, limit), claim, limit),
    },
  ];
};

/** Of groups in order: each rule that is recorded, with all parts that it uses written out. */
export const withoutParts = (groups: readonly RuleGroup[]): readonly RuleGroup[] => {
  const parts = new Map<string, string>();
  const writtenOut = (expr: string): string =>
    expr.replaceAll(/\b[a-z_]+:[a-z0-9_]+:[a-z0-9]+\b(?!\[)/g, (name) => {
      const part = parts.get(name);
      return part === undefined ? name : `(\n${part}\n)`;
    });
  return groups.map(({ name, rules }) => ({
    name,
    rules: rules.flatMap((rule) => {
      const expr = writtenOut(rule.expr);
      if (rule.part !== undefined) parts.set(rule.record, expr);
      return rule.part === 'hidden' ? [] : [{ ...rule, expr }];
    }),
  }));
};

const indented = (text: string, by: number): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? '' : `${' '.repeat(by)}${line}`))
    .join('\n');

const formatRule = ({ record, about, expr }: Rule): string => `  # ${about.replaceAll('\n', '\n  # ')}
  - record: ${record}
    expr: |-
${indented(expr, 6)}
`;

export const formatRuleGroups = (groups: readonly RuleGroup[], interval: string): string =>
  `groups:\n${groups
    .map(
      ({ name, rules }) =>
        `- name: ${name}\n  interval: ${interval}\n  rules:\n${rules.map(formatRule).join('\n')}`,
    )
    .join('\n')}`;
