/** What a VM is charged for the time that its CPUs were busy. */

import type { HostModel } from '../../lib/power-model/power-model.ts';

/**
 * capacity: the part of the host's energy that its CPU time is of the time of all CPUs, so that the energy that an idle
 * host draws is in it. marginal: what it added to the host, by what the host is known to draw for a busy CPU.
 */
export const attributions = ['capacity', 'marginal'] as const;
export type Attribution = (typeof attributions)[number];

/** What an agent says by the capacity of its host, in microwatts. */
interface ByCapacity {
  readonly vmPower: ReadonlyMap<number, number>;
  readonly hostPower: number | undefined;
  readonly cpus: number;
}

/**
 * What the VMs add to their host. An agent gives a VM that part of the power of the host that its CPU time is of the
 * time of all CPUs, so that its busy CPUs are known from its power. Where no model of the host is known, nobody knows
 * what a VM adds, and none of them is measured.
 */
export const marginalPower = (
  { vmPower, hostPower, cpus }: ByCapacity,
  model: Pick<HostModel, 'wattsPerCpu'> | undefined,
): ReadonlyMap<number, number> => {
  const { wattsPerCpu } = model ?? {};
  if (wattsPerCpu === undefined || hostPower === undefined || !(hostPower > 0 && cpus > 0)) return new Map();
  const factor = (wattsPerCpu * 1e6 * cpus) / hostPower;
  return new Map([...vmPower].map(([id, power]) => [id, power * factor]));
};
