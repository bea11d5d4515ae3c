/** What a step of the accounts sees, and what belongs to whom in it. */
import type { Host } from '../../lib/one/host.ts';
import { isMigrating } from '../../lib/one/vm.ts';
import { agentNames } from '../agents/agents.ts';
import type { GpuReading } from '../gpu-power.ts';
import { type Accounts, type HostIdentity, noHost, type Policy, type Waited } from './accounts.ts';
import type { Calendar } from './booking.ts';
import { type AccountedVm, type CountedVm, countedVms, runningByHost } from './counted-vm.ts';
import type { Tenant } from './idle-share.ts';
import { isSettlement, type Settlement, settleHost } from './settlement.ts';
import { type Place, type Progress, type Sight, takeSight } from './spans.ts';

export interface AccountingRules extends Policy {
  /** What the site draws, as a multiple of what its machines do; `undefined` where it is not known. */
  readonly pue: number | undefined;
  /** A longer time between two readings is unmeasured. */
  readonly longestGapMs: number;
  /** The same of the power of GPUs. */
  readonly longestGpuGapMs?: number;
  /** What is the longest time between two readings of an agent that is left alone for so long; the same where it is not given. */
  readonly gapAfter?: (restMs: number) => number;
}

export type AccountedHost = Host & { readonly gridZone?: string | undefined };

export interface Step {
  /** Whole milliseconds on the exporter's clock. */
  readonly at: number;
  readonly calendar: Calendar;
  /** The election that this front-end leads its zone since; as before where it is not given. */
  readonly term?: number;
  readonly hosts: readonly AccountedHost[];
  readonly vms: readonly AccountedVm[];
  /** What the agents of each host have said last, by host id. */
  readonly sights: ReadonlyMap<number, readonly Sight[]>;
  /** What machines draw, as a multiple of what their agents measure, by host id, where it is known. */
  readonly supplyFactors: ReadonlyMap<number, number>;
  /** What is known of the power of GPUs, by VM id. */
  readonly gpuPower?: ReadonlyMap<number, GpuReading>;
}

/** What has left the cloud is forgotten after this time; the ledger has it for ever. */
export const forgetMs = 7 * 86_400_000;

/** What a step knows before it counts. */
export interface Scene {
  readonly before: Accounts;
  readonly step: Step;
  readonly rules: AccountingRules;
  readonly places: ReadonlyMap<string, Place>;
  /** Hosts that share an agent are counted as the first of them. */
  readonly leaderOf: (hostId: number | undefined) => number | undefined;
  readonly settlements: ReadonlyMap<number, Settlement>;
  /** A longer time between two readings of the host is unmeasured. */
  readonly gapOf: (hostId: number) => number;
  /** Of hosts that wait. */
  readonly waited: ReadonlyMap<number, Waited>;
  readonly hosts: ReadonlyMap<number, AccountedHost>;
  /** The CPUs of each host, those of hosts that share an agent together; `undefined` where some are not known. */
  readonly cpusOn: ReadonlyMap<number, number | undefined>;
  /** Those of the pool, and those that have left it. */
  readonly vms: ReadonlyMap<number, CountedVm>;
  /** When a host of which an agent is known was heard of. */
  readonly heardAt: ReadonlyMap<number, number>;
  /** Those that run, by the host that they are counted on. */
  readonly runningOn: ReadonlyMap<number | undefined, readonly CountedVm[]>;
}

/** Each host's agents, those of hosts that share one together. */
const groupHosts = ({ hosts, sights }: Step) => {
  const firstAt = new Map<string, number>();
  const leaders = new Map<number, number>();
  const groups = new Map<number, Map<string, Sight>>();
  for (const { id } of [...hosts].sort((one, other) => one.id - other.id)) {
    const own = sights.get(id) ?? [];
    const leader = Math.min(id, ...own.flatMap(({ place }) => firstAt.get(place) ?? []));
    leaders.set(id, leader);
    const group = groups.get(leader) ?? new Map<string, Sight>();
    for (const sight of own) {
      if (!firstAt.has(sight.place)) firstAt.set(sight.place, leader);
      group.set(sight.place, sight);
    }
    groups.set(leader, group);
  }
  return { leaders, groups };
};

const cpusByLeader = (
  hosts: readonly AccountedHost[],
  leaderOf: Scene['leaderOf'],
): ReadonlyMap<number, number | undefined> => {
  const cpusOn = new Map<number, number | undefined>();
  for (const { id, cpuTotal } of hosts) {
    const leader = leaderOf(id) ?? id;
    const others = cpusOn.has(leader) ? cpusOn.get(leader) : 0;
    // A host that was never monitored has 0.
    const isKnown = others !== undefined && cpuTotal !== undefined && cpuTotal > 0;
    cpusOn.set(leader, isKnown ? others + cpuTotal / 100 : undefined);
  }
  return cpusOn;
};

/** An agent that is asked less often, as its answers cost much, has no gap for that. */
const longestGapOf = (
  group: ReadonlyMap<string, Sight>,
  before: Accounts,
  { longestGapMs, gapAfter }: AccountingRules,
): number => {
  let restMs = 0;
  for (const [place, sight] of group)
    restMs = Math.max(restMs, sight.restMs ?? 0, before.places.get(place)?.restMs ?? 0);
  return restMs === 0 || gapAfter === undefined ? longestGapMs : Math.max(longestGapMs, gapAfter(restMs));
};

const byTrust = (one: Sight, other: Sight): number =>
  agentNames.indexOf(one.agent) - agentNames.indexOf(other.agent);

export const openScene = (before: Accounts, step: Step, rules: AccountingRules): Scene => {
  const { leaders, groups } = groupHosts(step);
  const leaderOf = (hostId: number | undefined): number | undefined =>
    hostId === undefined ? undefined : leaders.get(hostId);
  const vms = countedVms(before.vms, step, leaderOf);
  const runningOn = runningByHost(vms);
  const places = new Map<string, Place>();
  const settlements = new Map<number, Settlement>();
  const waited = new Map<number, Waited>();
  const heardAt = new Map<number, number>();
  const gaps = new Map<number, number>();
  const gapOf = (hostId: number): number => gaps.get(hostId) ?? rules.longestGapMs;
  for (const [hostId, group] of groups) {
    const longestGapMs = longestGapOf(group, before, rules);
    if (longestGapMs !== rules.longestGapMs) gaps.set(hostId, longestGapMs);
    const found = [...group.values()].sort(byTrust).map((sight): Progress => {
      const progress = takeSight(before.places.get(sight.place), sight, longestGapMs);
      if (progress.place !== undefined) {
        places.set(sight.place, progress.place);
        heardAt.set(hostId, Math.min(progress.place.readAt, heardAt.get(hostId) ?? step.at));
      }
      return progress;
    });
    const settled = settleHost({
      account: before.hosts.get(hostId),
      found,
      at: step.at,
      longestGapMs,
      isUsed: runningOn.has(hostId),
    });
    if (settled === undefined) continue;
    if (isSettlement(settled)) settlements.set(hostId, settled);
    else waited.set(hostId, settled.waited);
  }
  // An agent of a host that is not asked for a while is remembered as long as its counters may help.
  for (const [place, known] of before.places)
    if (!places.has(place) && step.at - known.readAt <= forgetMs) places.set(place, known);
  const hosts = new Map(step.hosts.map((host) => [host.id, host]));
  const cpusOn = cpusByLeader(step.hosts, leaderOf);
  return {
    before,
    step,
    rules,
    places,
    leaderOf,
    settlements,
    gapOf,
    waited,
    hosts,
    cpusOn,
    vms,
    heardAt,
    runningOn,
  };
};

export const hostIdentityOf = ({ hosts, before }: Scene, hostId: number): HostIdentity => {
  const known = before.hosts.get(hostId) ?? noHost;
  const { name, cluster, gridZone = known.gridZone } = hosts.get(hostId) ?? known;
  return { name, cluster, gridZone };
};

/** Whether what this host saw of the VM is the VM's: on its host, and where it moves, on each that sees it. */
const belongs = (
  { vm, before, isRunning, hostId: now }: CountedVm,
  scene: Scene,
  hostId: number,
): boolean => {
  if (!isRunning && before?.isRunning !== true) return false;
  if ((vm !== undefined && isMigrating(vm)) || before?.isMigrating === true) return true;
  if (vm === undefined) return scene.leaderOf(before?.hostId) === hostId;
  if (before !== undefined && vm.hostId !== before.hostId) return true;
  return (vm.hostId === undefined ? scene.leaderOf(before?.hostId) : now) === hostId;
};

/** A tenant whose account is at hand. */
export interface CountedTenant extends Tenant {
  readonly counted: CountedVm;
}

export const tenantsOf = (
  scene: Scene,
  hostId: number,
  { vms: seen }: Settlement,
): readonly CountedTenant[] => {
  const tenants: CountedTenant[] = [];
  let seenHere = 0;
  // Whoever runs here belongs here, seen or not.
  for (const counted of scene.runningOn.get(hostId) ?? []) {
    const { vmId, vm } = counted;
    const own = seen?.get(vmId);
    if (own !== undefined) seenHere += 1;
    tenants.push({ counted, vmId, own, isHolder: true, cpus: vm?.cpuRatio ?? 0 });
  }
  if (seen === undefined || seenHere === seen.size) return tenants;
  for (const [vmId, own] of seen) {
    const counted = scene.vms.get(vmId);
    if (counted === undefined || (counted.isRunning && counted.hostId === hostId)) continue;
    if (!belongs(counted, scene, hostId)) continue;
    tenants.push({ counted, vmId, own, isHolder: false, cpus: counted.vm?.cpuRatio ?? 0 });
  }
  return tenants;
};
