/** What a step of the accounts sees, and what belongs to whom in it. */
import type { Host } from '../../lib/one/host.ts';
import { isMigrating, mayHaveProcess, type Vm } from '../../lib/one/vm.ts';
import { agentNames } from '../agents/agents.ts';
import {
  type Accounts,
  type HostIdentity,
  nobody,
  noHost,
  type Policy,
  type VmIdentity,
} from './accounts.ts';
import type { Calendar } from './booking.ts';
import type { Tenant } from './idle-share.ts';
import { type Settlement, settleHost } from './settlement.ts';
import { type Place, type Progress, type Sight, takeSight } from './spans.ts';

export interface AccountingRules extends Policy {
  /** What the site draws, as a multiple of what its machines do; `undefined` where it is not known. */
  readonly pue: number | undefined;
  /** A longer time between two readings is unmeasured. */
  readonly longestGapMs: number;
}

/** A VM, with what only the user's attributes tell; `undefined` where they could not be read. */
export type AccountedVm = Vm & {
  readonly flavours?: number | undefined;
  readonly labels?: string | undefined;
};
export type AccountedHost = Host & { readonly gridZone?: string | undefined };

export interface Step {
  /** Whole milliseconds on the exporter's clock. */
  readonly at: number;
  readonly calendar: Calendar;
  readonly hosts: readonly AccountedHost[];
  readonly vms: readonly AccountedVm[];
  /** What the agents of each host have said last, by host id. */
  readonly sights: ReadonlyMap<number, readonly Sight[]>;
  /** What machines draw, as a multiple of what their agents measure, by host id, where it is known. */
  readonly supplyFactors: ReadonlyMap<number, number>;
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
  readonly hosts: ReadonlyMap<number, AccountedHost>;
  readonly vms: ReadonlyMap<number, AccountedVm>;
  /** When a host of which an agent is known was heard of. */
  readonly heardAt: ReadonlyMap<number, number>;
  /** Those that run, by the host that they are counted on. */
  readonly runningOn: ReadonlyMap<number | undefined, readonly Vm[]>;
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

const byTrust = (one: Sight, other: Sight): number =>
  agentNames.indexOf(one.agent) - agentNames.indexOf(other.agent);

export const openScene = (before: Accounts, step: Step, rules: AccountingRules): Scene => {
  const { leaders, groups } = groupHosts(step);
  const places = new Map<string, Place>();
  const settlements = new Map<number, Settlement>();
  const heardAt = new Map<number, number>();
  for (const [hostId, group] of groups) {
    const found = [...group.values()].sort(byTrust).map((sight): Progress => {
      const progress = takeSight(before.places.get(sight.place), sight, rules.longestGapMs);
      if (progress.place !== undefined) {
        places.set(sight.place, progress.place);
        heardAt.set(hostId, Math.min(progress.place.readAt, heardAt.get(hostId) ?? step.at));
      }
      return progress;
    });
    const settlement = settleHost(before.hosts.get(hostId), found, step.at, rules.longestGapMs);
    if (settlement !== undefined) settlements.set(hostId, settlement);
  }
  // An agent of a host that is not asked for a while is remembered as long as its counters may help.
  for (const [place, known] of before.places)
    if (!places.has(place) && step.at - known.readAt <= forgetMs) places.set(place, known);
  const leaderOf = (hostId: number | undefined): number | undefined =>
    hostId === undefined ? undefined : leaders.get(hostId);
  const runningOn = new Map<number | undefined, Vm[]>();
  for (const vm of step.vms) {
    if (!mayHaveProcess(vm)) continue;
    const hostId = leaderOf(vm.hostId);
    const others = runningOn.get(hostId);
    if (others === undefined) runningOn.set(hostId, [vm]);
    else others.push(vm);
  }
  const vms = new Map(step.vms.map((vm) => [vm.id, vm]));
  const hosts = new Map(step.hosts.map((host) => [host.id, host]));
  return { before, step, rules, places, leaderOf, settlements, hosts, vms, heardAt, runningOn };
};

/** Who the VM is now, or was when it was seen last. */
export const identityOf = ({ vms, before }: Pick<Scene, 'vms' | 'before'>, vmId: number): VmIdentity => {
  const known = before.vms.get(vmId) ?? nobody;
  const vm = vms.get(vmId);
  if (vm === undefined) return known;
  const { name, owner, group, flavours, labels = known.labels } = vm;
  const flavour = flavours === undefined ? known.flavour : flavours < 0 ? '' : String(flavours);
  return { name, owner, group, flavour, labels };
};

export const hostIdentityOf = ({ hosts, before }: Scene, hostId: number): HostIdentity => {
  const known = before.hosts.get(hostId) ?? noHost;
  const { name, cluster, gridZone = known.gridZone } = hosts.get(hostId) ?? known;
  return { name, cluster, gridZone };
};

/** Whether what this host saw of the VM is the VM's: on its host, and where it moves, on each that sees it. */
const belongs = (scene: Scene, vmId: number, hostId: number): boolean => {
  const now = scene.vms.get(vmId);
  const before = scene.before.vms.get(vmId);
  const runs = now !== undefined && mayHaveProcess(now);
  if (!runs && before?.isRunning !== true) return false;
  if ((now !== undefined && isMigrating(now)) || before?.isMigrating === true) return true;
  if (now !== undefined && before !== undefined && now.hostId !== before.hostId) return true;
  return scene.leaderOf(now?.hostId ?? before?.hostId) === hostId;
};

export const tenantsOf = (scene: Scene, hostId: number, { vms: seen }: Settlement): readonly Tenant[] => {
  const tenants: Tenant[] = [];
  const known = new Set<number>();
  for (const [vmId, own] of seen ?? []) {
    if (!belongs(scene, vmId, hostId)) continue;
    const vm = scene.vms.get(vmId);
    const isHolder = vm !== undefined && mayHaveProcess(vm) && scene.leaderOf(vm.hostId) === hostId;
    tenants.push({ vmId, own, isHolder, cpus: vm?.cpuRatio ?? 0 });
    known.add(vmId);
  }
  for (const vm of scene.runningOn.get(hostId) ?? [])
    if (!known.has(vm.id))
      tenants.push({ vmId: vm.id, own: undefined, isHolder: true, cpus: vm.cpuRatio ?? 0 });
  return tenants;
};
