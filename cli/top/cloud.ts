/**
 * The cloud as `oneext top` shows it: the exporter's page joined with the names that OpenNebula has.
 *
 * Unknown is not zero: a VM without a measurement has no watts and a reason.
 */

import { lcmState, type Vm } from '../../lib/one/vm.ts';
import { formatVmStatus } from '../../lib/one/vm-status.ts';
import { sumOfKnown } from '../../lib/units/known-sum.ts';
import { microwatts, type Watts, wattsFromMicrowatts } from '../../lib/units/units.ts';
import { type Cost, costOf, joinHosts, kwhOf, type TopHost } from './hosts.ts';
import type { PageHost, PageVm, PowerPage } from './power-page.ts';

/** What the page does not say: from OpenNebula's API. */
export interface CloudNames {
  readonly hosts: ReadonlyMap<number, string>;
  /** By id of the VM. */
  readonly groups: ReadonlyMap<number, string>;
  readonly vms: readonly Vm[];
}

export interface TopVm {
  readonly id: number;
  readonly name: string | undefined;
  readonly owner: string | undefined;
  readonly group: string | undefined;
  readonly hostId: number | undefined;
  /** The host's name, or `#3` where only its id is known. */
  readonly host: string | undefined;
  readonly state: number | undefined;
  readonly lcmState: number | undefined;
  /** STAT of `onevm list`. */
  readonly status: string | undefined;
  readonly vcpus: number | undefined;
  readonly watts: Watts | undefined;
  /** Of its GPUs, which is not in the watts. */
  readonly gpuWatts: number | undefined;
  /** Why its power is not known, where it is not. */
  readonly unknownReason: string | undefined;
  /** Its part of what its host draws; unknown too while it runs on two of them. */
  readonly hostShare: number | undefined;
  /** In kWh, since the exporter's accounts began. */
  readonly energy: number | undefined;
  /** Of that energy, at the price that its host has now. */
  readonly cost: Cost | undefined;
}

export interface TopTotals {
  readonly hosts: number;
  readonly hostsMeasured: number;
  readonly agentsDown: number;
  /** Sums of what is known; `undefined` where nothing is. */
  readonly hostWatts: Watts | undefined;
  readonly vms: number;
  readonly vmsKnown: number;
  readonly vmsUnknown: number;
  readonly vmWatts: Watts | undefined;
}

export interface TopCloud {
  /** By id. */
  readonly vms: readonly TopVm[];
  readonly hosts: readonly TopHost[];
  readonly totals: TopTotals;
}

const unlisted = 'no_sample';

const reasonOf = (vm: PageVm, host: PageHost | undefined): string => {
  if (vm.unmeasured === undefined) return unlisted;
  if (vm.unmeasured !== 'agent_unsound' || host?.agentReason === undefined) return vm.unmeasured;
  return `agent_unsound: ${host.agentReason}`;
};

const pageVmOf = (vm: Vm): PageVm => ({
  name: vm.name,
  owner: vm.owner,
  ...(vm.hostId === undefined ? {} : { hostId: vm.hostId }),
  ...(vm.state === undefined ? {} : { state: vm.state }),
  ...(vm.lcmState === undefined ? {} : { lcmState: vm.lcmState }),
  ...(vm.vcpus === undefined ? {} : { vcpus: vm.vcpus }),
});

const joinVm = (id: number, vm: PageVm, page: PowerPage, names: CloudNames | undefined): TopVm => {
  const { name, owner, hostId, state, lcmState: lcm, vcpus } = vm;
  const host = hostId === undefined ? undefined : page.hosts.get(hostId);
  // A VM may have both where the exporter writes 0 for what is unmeasured.
  const isKnown = vm.unmeasured === undefined && vm.powerMicrowatts !== undefined;
  const watts = isKnown ? wattsFromMicrowatts(microwatts(vm.powerMicrowatts ?? Number.NaN)) : undefined;
  const hostWatts = host?.powerWatts ?? 0;
  const energy = kwhOf(vm.energyJoules);
  return {
    id,
    name,
    owner,
    group: names?.groups.get(id),
    hostId,
    host: hostId === undefined ? undefined : (names?.hosts.get(hostId) ?? `#${hostId}`),
    state,
    lcmState: lcm,
    status: formatVmStatus({ state, lcmState: lcm }),
    vcpus,
    watts,
    gpuWatts: vm.gpuWatts,
    unknownReason: isKnown ? undefined : reasonOf(vm, host),
    hostShare:
      watts === undefined || hostWatts === 0 || lcm === lcmState.migrate ? undefined : watts / hostWatts,
    energy,
    cost: costOf(energy, host),
  };
};

/** @param names `undefined` where OpenNebula could not be asked */
export const joinCloud = (page: PowerPage, names: CloudNames | undefined): TopCloud => {
  const entries = new Map<number, PageVm>();
  if (!page.listsVms) for (const vm of names?.vms ?? []) entries.set(vm.id, pageVmOf(vm));
  for (const [id, vm] of page.vms) entries.set(id, { ...entries.get(id), ...vm });
  const vms = [...entries].sort(([a], [b]) => a - b).map(([id, vm]) => joinVm(id, vm, page, names));
  const isComplete = page.listsVms || names !== undefined;
  const hosts = joinHosts(page, names?.hosts, isComplete ? vms : undefined);
  const vmsKnown = vms.filter(({ watts }) => watts !== undefined).length;
  return {
    vms,
    hosts,
    totals: {
      hosts: hosts.length,
      hostsMeasured: hosts.filter(({ watts }) => watts !== undefined).length,
      agentsDown: hosts.filter(({ agentUp }) => agentUp === false).length,
      hostWatts: sumOfKnown(hosts.map(({ watts }) => watts)),
      vms: vms.length,
      vmsKnown,
      vmsUnknown: vms.length - vmsKnown,
      vmWatts: sumOfKnown(vms.map(({ watts }) => watts)),
    },
  };
};

/** What is wrong with the page itself, for people. */
export const judgePage = (page: PowerPage): readonly string[] => {
  if (!page.hasPower)
    return ['the page has no metrics of power: is it that of opennebula-exporter, with its collector power?'];
  if (page.powerAgeSeconds === undefined && page.isPowerFresh === false)
    return ['the exporter could not read power yet: its log says why'];
  return page.isPowerFresh === false
    ? ['the exporter serves power as it was: it could not read it again']
    : [];
};

/** @param detail why OpenNebula could not be asked */
export const formatMissingNames = (detail: string): string => `no names of hosts and groups: ${detail}`;
