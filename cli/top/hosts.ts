/** Hosts as `oneext top` shows them, and what the energy on them costs. Unknown is not zero. */
import { lcmState } from '../../lib/one/vm.ts';
import type { Watts } from '../../lib/units/units.ts';
import type { PageHost, PowerPage } from './power-page.ts';

export interface Cost {
  readonly amount: number;
  readonly currency: string;
}

export interface TopHost {
  readonly id: number;
  readonly name: string;
  readonly state: number | undefined;
  readonly watts: Watts | undefined;
  /** What it draws when no CPU is busy, by its model. */
  readonly idleWatts: number | undefined;
  /** Of its power, what none of its VMs draws; unknown where the power of one of them is. */
  readonly unassignedWatts: number | undefined;
  /** What the model misses, as a part of the mean power. */
  readonly modelError: number | undefined;
  /** In kWh, since the exporter's accounts began. */
  readonly energy: number | undefined;
  /** Of that energy, what is assigned to none of its VMs. */
  readonly unassignedEnergy: number | undefined;
  /** Of its energy, at the price that it has now. */
  readonly cost: Cost | undefined;
  /** How many VMs are on it; unknown where nothing says what VMs there are. */
  readonly vms: number | undefined;
  /** `undefined`: its agent was not asked. */
  readonly agentUp: boolean | undefined;
  readonly agent: string | undefined;
  readonly agentVersion: string | undefined;
  readonly agentReason: string | undefined;
}

/** What is asked of a VM here. */
interface HostedVm {
  readonly hostId: number | undefined;
  readonly lcmState: number | undefined;
  readonly watts: Watts | undefined;
}

const joulesPerKwh = 3.6e6;

export const kwhOf = (joules: number | undefined): number | undefined =>
  joules === undefined ? undefined : joules / joulesPerKwh;

export const costOf = (kwh: number | undefined, host: Readonly<PageHost> | undefined): Cost | undefined => {
  const { pricePerKwh, currency } = host ?? {};
  if (kwh === undefined || pricePerKwh === undefined || currency === undefined) return undefined;
  return { amount: kwh * pricePerKwh, currency };
};

interface HostedSum {
  vms: number;
  /** `undefined` where the power of one is not known, or is drawn on another host too. */
  watts: number | undefined;
}

const sumByHost = (vms: readonly HostedVm[]): ReadonlyMap<number, Readonly<HostedSum>> => {
  const sums = new Map<number, HostedSum>();
  for (const { hostId, lcmState: lcm, watts } of vms) {
    if (hostId === undefined) continue;
    const sum = sums.get(hostId) ?? { vms: 0, watts: 0 };
    sums.set(hostId, sum);
    sum.vms += 1;
    const isKnown = sum.watts !== undefined && watts !== undefined && lcm !== lcmState.migrate;
    sum.watts = isKnown ? (sum.watts ?? 0) + watts : undefined;
  }
  return sums;
};

/**
 * @param names of hosts; `undefined` where OpenNebula could not be asked
 * @param vms all that there are; `undefined` where nothing says what VMs there are
 */
export const joinHosts = (
  page: PowerPage,
  names: ReadonlyMap<number, string> | undefined,
  vms: readonly HostedVm[] | undefined,
): readonly TopHost[] => {
  const sums = sumByHost(vms ?? []);
  const unused: Readonly<HostedSum> = { vms: 0, watts: 0 };
  const ids = new Set([...page.hosts.keys(), ...(names?.keys() ?? [])]);
  return [...ids]
    .sort((a, b) => a - b)
    .map((id) => {
      const host = page.hosts.get(id);
      const used = vms === undefined ? undefined : (sums.get(id) ?? unused);
      const watts = host?.powerWatts as Watts | undefined;
      const energy = kwhOf(host?.energyJoules);
      return {
        id,
        name: names?.get(id) ?? `#${id}`,
        state: host?.state,
        watts,
        idleWatts: host?.idleWatts,
        unassignedWatts:
          watts === undefined || used?.watts === undefined ? undefined : Math.max(0, watts - used.watts),
        modelError: host?.modelErrorRatio,
        energy,
        unassignedEnergy: kwhOf(host?.unassignedJoules),
        cost: costOf(energy, host),
        vms: used?.vms,
        agentUp: host?.agentUp,
        agent: host?.agent,
        agentVersion: host?.agentVersion,
        agentReason: host?.agentReason,
      };
    });
};
