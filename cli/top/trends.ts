/** The last samples of each VM's power. */
import type { TopVm } from './cloud.ts';

export type Trends = ReadonlyMap<number, readonly (number | undefined)[]>;

/** As many as the widest screen shows. */
const mostSamples = 24;

/** With one more sample of each VM; VMs that are gone are forgotten. */
export const appendSamples = (trends: Trends, vms: readonly TopVm[]): Trends =>
  new Map(vms.map(({ id, watts }) => [id, [...(trends.get(id) ?? []).slice(1 - mostSamples), watts]]));
