/**
 * Pieces of queries. Several front-ends of a zone give the same series, so each is taken once, by its largest value,
 * before anything is added up.
 */
const chosen = {
  one_zone_id: 'one_zone_id=~"$one_zone_id"',
  one_host_id: 'one_host_id=~"$one_host_id"',
  one_vm_id: 'one_vm_id=~"$one_vm_id"',
  one_vm_owner: 'one_vm_owner=~"$one_vm_owner"',
} as const;
export type Chosen = keyof typeof chosen;

/** @param by what the reader has chosen besides the zone */
export const selected = (metric: string, ...by: readonly Chosen[]): string =>
  `${metric}{${(['one_zone_id', ...by] as const).map((name) => chosen[name]).join(', ')}}`;

const once = (kept: readonly string[], expr: string): string =>
  `max by (${['one_zone_id', ...kept].join(', ')}) (${expr})`;

/** A gauge of the chosen hosts. */
export const ofHosts = (metric: string, ...more: readonly string[]): string =>
  once(['one_host_id', ...more], selected(metric, 'one_host_id'));

/** Over five minutes. */
export const meanOfHosts = (metric: string): string =>
  once(['one_host_id'], `avg_over_time(${selected(metric, 'one_host_id')}[5m])`);

/** What a counter of the chosen hosts has gained in the time that is shown. */
export const gainOfHosts = (metric: string): string =>
  once(['one_host_id'], `increase(${selected(metric, 'one_host_id')}[$__range])`);

/** In joules a second, that is watts. */
export const rateOfHosts = (metric: string): string =>
  once(['one_host_id'], `rate(${selected(metric, 'one_host_id')}[$__rate_interval])`);

/** A gauge of VMs that the zone has. */
export const ofVms = (metric: string, ...more: readonly string[]): string =>
  once(['one_vm_id', ...more], selected(metric));

/** Beside what is counted: 0 where there is none of it, and nothing while no exporter reads OpenNebula. */
export const noneOfThem = `0 * (sum(${selected('opennebula_up')}) > 0)`;

const joinNames = (expr: string, info: string): string =>
  `${expr} * on (one_zone_id, one_vm_id) group_left (one_host_id, one_vm_name, one_vm_owner) topk by (one_zone_id, one_vm_id) (1, ${info})`;

/** With name, owner and host of each VM. A VM has one of them, also while front-ends do not agree. */
export const withNames = (expr: string, ...by: readonly Chosen[]): string =>
  joinNames(expr, selected('opennebula_vm_info', ...by));

/** What a counter of VMs has gained, with their names. VMs that have ended meanwhile are in it. */
export const gainOfVms = (metric: string, ...by: readonly Chosen[]): string =>
  joinNames(
    once(['one_vm_id'], `increase(${selected(metric)}[$__range])`),
    `last_over_time(${selected('opennebula_vm_info', ...by)}[$__range])`,
  );

export const vmWatts = `${ofVms('opennebula_vm_power_consumption_uW')} / 1e6`;
