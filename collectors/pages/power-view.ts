/** What the page shows of the cloud, before anybody filters or sorts it. Unknown is not zero. */

import { type Host, hostState, isKvm } from '../../lib/one/host.ts';
import { formatVmStatus } from '../../lib/one/vm-status.ts';
import { sumOfKnown } from '../../lib/units/known-sum.ts';
import { microwatts, wattsFromMicrowatts } from '../../lib/units/units.ts';
import type { AgentAnswer, Documents, VmWithAttributes } from '../collector.ts';
import { gpuWattsOf } from '../gpu-power.ts';
import { hostReadingOf } from '../host-readings.ts';
import { powerOfVm, situationOf, type UnmeasuredReason } from '../measure-vm.ts';

export interface VmView {
  readonly id: number;
  readonly name: string;
  readonly owner: string;
  readonly group: string;
  /** The host's name, or `#3` where only its id is known; '' where the VM is on none. */
  readonly host: string;
  readonly status: string | undefined;
  readonly watts: number | undefined;
  /** Of its GPUs, which is not in the watts. */
  readonly gpuWatts: number | undefined;
  /** Why it is not measured, where it is not. */
  readonly reason: UnmeasuredReason | undefined;
}

export interface HostView {
  readonly id: number;
  readonly name: string;
  readonly cluster: string;
  readonly watts: number | undefined;
  /** What it draws when no CPU is busy, by its model. */
  readonly idleWatts: number | undefined;
  /** What the model misses, as a part of the mean power. */
  readonly errorRatio: number | undefined;
  /** Of its power, what none of its VMs draws; unknown where a VM of it is. */
  readonly unassignedWatts: number | undefined;
  /** Of the whole machine, as a BMC or its power supplies tell. */
  readonly machineWatts: number | undefined;
  readonly vms: number;
  readonly agent: string;
  /** `ok`, or why its agents are not used. */
  readonly reason: string;
}

export interface PowerTotals {
  readonly hosts: number;
  readonly hostsMeasured: number;
  /** Sums of what is known; `undefined` where nothing is. */
  readonly hostWatts: number | undefined;
  readonly idleWatts: number | undefined;
  readonly vms: number;
  readonly vmsMeasured: number;
  readonly vmWatts: number | undefined;
}

export interface PowerView {
  readonly vms: readonly VmView[];
  readonly hosts: readonly HostView[];
  readonly totals: PowerTotals;
  /** How many VMs are not measured for each reason, the most first. */
  readonly reasons: readonly (readonly [UnmeasuredReason, number])[];
}

export type ViewDocuments = Pick<
  Documents,
  'hosts' | 'vms' | 'agents' | 'vmCpu' | 'gpuPower' | 'platform' | 'hostModels'
>;

const hostWattsOf = (answers: readonly AgentAnswer[] | undefined): number | undefined => {
  const power = hostReadingOf(answers ?? [])?.hostPower;
  return power === undefined ? undefined : wattsFromMicrowatts(power);
};

/** The power of the hosts together: all that a point of the history needs. */
export const cloudPowerOf = (agents: Documents['agents']) => {
  const watts = [...agents.values()].map(hostWattsOf);
  const hostsMeasured = watts.filter((value) => value !== undefined).length;
  return { watts: sumOfKnown(watts), hosts: agents.size, hostsMeasured };
};

/** Power of each VM, or why it is not known. */
export const powerOfVms = (
  documents: Pick<Documents, 'hosts' | 'vms' | 'agents' | 'vmCpu'>,
): readonly { readonly vm: VmWithAttributes; readonly power: number | UnmeasuredReason }[] => {
  const situation = situationOf(documents);
  return documents.vms.map((vm) => {
    const power = powerOfVm(vm, situation);
    return { vm, power: typeof power === 'number' ? wattsFromMicrowatts(microwatts(power)) : power };
  });
};

const agentOf = (
  host: Host,
  answers: readonly AgentAnswer[] | undefined,
): Pick<HostView, 'agent' | 'reason'> => {
  const used = answers?.find(({ verdict }) => verdict.sound) ?? answers?.[0];
  if (used !== undefined)
    return { agent: used.agent, reason: used.verdict.sound ? 'ok' : used.verdict.reason };
  if (host.state === hostState.offline) return { agent: '', reason: 'host_offline' };
  return { agent: '', reason: isKvm(host) ? 'not_asked' : 'host_not_kvm' };
};

const countReasons = (vms: readonly VmView[]): PowerView['reasons'] => {
  const counts = new Map<UnmeasuredReason, number>();
  for (const { reason } of vms) if (reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
};

/** What the VMs of each host draw together; a host of which a VM is unknown has no sum. */
const sumByHost = (powers: ReturnType<typeof powerOfVms>): ReadonlyMap<number, number | undefined> => {
  const sums = new Map<number, number | undefined>();
  for (const { vm, power } of powers) {
    if (vm.hostId === undefined) continue;
    const before = sums.has(vm.hostId) ? sums.get(vm.hostId) : 0;
    sums.set(vm.hostId, before === undefined || typeof power !== 'number' ? undefined : before + power);
  }
  return sums;
};

const viewHosts = (
  { hosts, agents, platform, hostModels }: ViewDocuments,
  powers: ReturnType<typeof powerOfVms>,
): readonly HostView[] => {
  const sums = sumByHost(powers);
  return hosts.map((host) => {
    const answers = agents.get(host.id);
    const watts = hostWattsOf(answers);
    const model = hostModels.get(host.id);
    const used = sums.has(host.id) ? sums.get(host.id) : 0;
    const machine = platform.get(host.id)?.reading;
    return {
      id: host.id,
      name: host.name,
      cluster: host.cluster,
      watts,
      idleWatts: model?.idleWatts,
      errorRatio: model?.errorRatio,
      unassignedWatts: watts === undefined || used === undefined ? undefined : Math.max(0, watts - used),
      machineWatts: machine !== undefined && 'watts' in machine ? machine.watts : undefined,
      vms: host.vmCount,
      ...agentOf(host, answers),
    };
  });
};

export const viewPower = (documents: ViewDocuments): PowerView => {
  const powers = powerOfVms(documents);
  const hosts = viewHosts(documents, powers);
  const hostNames = new Map(hosts.map(({ id, name }) => [id, name]));
  const vms = powers.map(({ vm, power }): VmView => {
    const { id, name, owner, group, hostId } = vm;
    return {
      id,
      name,
      owner,
      group,
      host: hostId === undefined ? '' : (hostNames.get(hostId) ?? `#${hostId}`),
      status: formatVmStatus(vm),
      watts: typeof power === 'number' ? power : undefined,
      gpuWatts: gpuWattsOf(documents.gpuPower.get(id)),
      reason: typeof power === 'number' ? undefined : power,
    };
  });
  return {
    vms,
    hosts,
    totals: {
      hosts: hosts.length,
      hostsMeasured: hosts.filter(({ watts }) => watts !== undefined).length,
      hostWatts: sumOfKnown(hosts.map(({ watts }) => watts)),
      idleWatts: sumOfKnown(hosts.map(({ idleWatts }) => idleWatts)),
      vms: vms.length,
      vmsMeasured: vms.filter(({ watts }) => watts !== undefined).length,
      vmWatts: sumOfKnown(vms.map(({ watts }) => watts)),
    },
    reasons: countReasons(vms),
  };
};
