/** What the agents of all hosts come to for one VM: its power, or why that is unknown. */
import { lazily } from '../lib/lazily.ts';
import { type Host, hostState, isKvm } from '../lib/one/host.ts';
import { isMigrating, mayHaveProcess } from '../lib/one/vm.ts';
import type { DomainPower, DomainReason, PowerReading } from './agents/agent.ts';
import type { AgentAnswer, Documents, VmWithAttributes } from './collector.ts';
import { type DomainIndex, domainKeysOf, findDomain, indexDomains, takenNames } from './domain-join.ts';
import { hostReadingOf, readingsOf } from './host-readings.ts';
import { isInflated } from './inflation.ts';

/** Why a VM that may draw power has no sample; docs/metrics.md lists them with their meaning. */
export const unmeasuredReasons = {
  no_host: 'the VM has no host although it is active',
  host_unknown: 'the host of the VM is not in the host pool',
  host_offline: 'the host is offline, so its agent is not asked',
  host_not_kvm: 'the host does not run KVM, so its agent is not asked',
  agent_unsound: "the host's agent gave no sound answer: see opennebula_power_agent_info of the host",
  process_not_found: "the host's agent gave a sound answer without a process of this VM",
  process_unexpected: "OpenNebula says that the VM does not run, but the host's agent sees a process of it",
  absurd_value:
    "the agent's value for this VM is negative, is not a number, or is more than its host draws (10 kW a socket if that is unknown)",
  inflated:
    "the host's agent is known to inflate, and its value for this VM is more than the CPU that OpenNebula's monitoring has for it, or than its virtual CPUs, can draw",
  first_reading:
    'power needs two readings of the host, or one after a minute if it is estimated, and there was only the first',
  cpu_unknown:
    "the agent of the host measures no VMs, and OpenNebula's monitoring has no CPU of this VM from the last 15 minutes",
  migration_partly_measured: 'the VM is migrating, and one of its two hosts was not measured',
} as const;
export type UnmeasuredReason = keyof typeof unmeasuredReasons;

/** What one agent says of a host. */
export interface HostReading {
  readonly reading: PowerReading;
  /** `undefined` where the agent measures no VMs. */
  readonly domains: DomainIndex | undefined;
}

/** What is asked for as a function is made when the first VM needs it, as few do. */
export interface Situation {
  readonly hosts: ReadonlyMap<number, Host>;
  readonly agents: Documents['agents'];
  readonly vmCpu: Documents['vmCpu'];
  readonly readings: ReadonlyMap<number, readonly HostReading[]>;
  /** Of all VMs. */
  readonly takenNames: () => ReadonlySet<string>;
  /** The VM that is on a host under a DEPLOY_ID, or runs there with a UUID: VMs of two hosts may have the same. */
  readonly holders: () => ReadonlyMap<string, number>;
  /** The hosts that see a domain of this name or UUID. */
  readonly hostsSeeing: () => ReadonlyMap<string, ReadonlySet<number>>;
  /** CPUs that the VMs of a host keep busy together, as the monitoring has it. */
  readonly busyCpus: () => ReadonlyMap<number, number>;
}

/** By host; an agent that answers for several hosts has one reading. */
const readAnswers = (agents: Documents['agents']): Situation['readings'] => {
  const known = new Map<PowerReading, HostReading>();
  const indexed = (reading: PowerReading): HostReading => {
    const before = known.get(reading);
    if (before !== undefined) return before;
    const domains = reading.domains === undefined ? undefined : indexDomains(reading.domains);
    known.set(reading, { reading, domains });
    return { reading, domains };
  };
  return new Map([...agents].map(([hostId, answers]) => [hostId, readingsOf(answers).map(indexed)]));
};

const sumCpus = ({ vms, vmCpu }: Pick<Documents, 'vms' | 'vmCpu'>): ReadonlyMap<number, number> => {
  const sums = new Map<number, number>();
  for (const { id, hostId } of vms)
    if (hostId !== undefined) sums.set(hostId, (sums.get(hostId) ?? 0) + (vmCpu.mean.get(id) ?? 0));
  return sums;
};

const findSeen = (readings: Situation['readings']): ReadonlyMap<string, ReadonlySet<number>> => {
  const seen = new Map<string, Set<number>>();
  for (const [hostId, ofHost] of readings)
    for (const { domains } of ofHost)
      for (const key of [...(domains?.byName.keys() ?? []), ...(domains?.byUuid.keys() ?? [])]) {
        const hosts = seen.get(key);
        if (hosts === undefined) seen.set(key, new Set([hostId]));
        else hosts.add(hostId);
      }
  return seen;
};

/** What the document of a VM calls its domain. */
const namesOf = (deployId: string, uuid = ''): readonly string[] =>
  [deployId, uuid].filter((name) => name !== '');

const holdersOf = (vm: VmWithAttributes): readonly (readonly [string, number])[] =>
  namesOf(vm.deployId, mayHaveProcess(vm) ? vm.uuid : '').map((name) => [`${vm.hostId}\0${name}`, vm.id]);

export const situationOf = (documents: Pick<Documents, 'hosts' | 'vms' | 'agents' | 'vmCpu'>): Situation => {
  const { hosts, vms, agents, vmCpu } = documents;
  const readings = readAnswers(agents);
  return {
    hosts: new Map(hosts.map((host) => [host.id, host])),
    agents,
    vmCpu,
    readings,
    takenNames: lazily(() => takenNames(vms)),
    holders: lazily(() => new Map(vms.flatMap(holdersOf))),
    hostsSeeing: lazily(() => findSeen(readings)),
    busyCpus: lazily(() => sumCpus(documents)),
  };
};

/** What the agents say of one VM. */
interface Measurement {
  /** The sum over its hosts; `undefined` where none of them has seen it with a value that can be true. */
  readonly microwatts: number | undefined;
  readonly hostCount: number;
  /** Why one of its hosts, which has seen it, has no value of it. */
  readonly reason: DomainReason | undefined;
}

/**
 * Where a process counts as the VM's: on the host that OpenNebula has it on. While it migrates, on every host that
 * sees it, as the document does not tell where it comes from.
 */
const hostsWhere = (vm: VmWithAttributes, { hostsSeeing, holders }: Situation): readonly number[] => {
  if (!isMigrating(vm)) return [vm.hostId ?? -1];
  const isAnothers = (hostId: number): boolean =>
    hostId !== vm.hostId &&
    namesOf(vm.deployId, vm.uuid).some((name) => (holders().get(`${hostId}\0${name}`) ?? vm.id) !== vm.id);
  const seeing = domainKeysOf(vm).flatMap((key) => [...(hostsSeeing().get(key) ?? [])]);
  return [...new Set(seeing)].filter((hostId) => !isAnothers(hostId));
};

/** What the domain that is this VM draws, as far as the agent is believed. */
export const powerOfDomain = (
  { power }: DomainPower,
  vm: VmWithAttributes,
  hostId: number,
  { isDoubtful, hostPower }: PowerReading,
  { hosts, vmCpu }: Situation,
): DomainPower['power'] => {
  if (typeof power !== 'number' || !isDoubtful) return power;
  const claim = { power, hostPower, host: hosts.get(hostId), vm, monitoredCpus: vmCpu.last.get(vm.id) };
  return isInflated(claim) ? 'inflated' : power;
};

/** What an agent of a host says of the VM's power; `undefined` where it has not seen it. */
const powerIn = (
  vm: VmWithAttributes,
  hostId: number,
  { reading, domains }: HostReading,
  situation: Situation,
): DomainPower['power'] | undefined => {
  const domain = domains === undefined ? undefined : findDomain(vm, domains, situation.takenNames);
  return domain === undefined ? undefined : powerOfDomain(domain, vm, hostId, reading, situation);
};

interface MeasuredOn {
  readonly reading: PowerReading;
  readonly power: DomainPower['power'];
}

/** On one host the value of one agent counts: of the first that knows it, else the first that tells why not. */
const measureOn = (vm: VmWithAttributes, hostId: number, situation: Situation): MeasuredOn | undefined => {
  let unknown: MeasuredOn | undefined;
  for (const one of situation.readings.get(hostId) ?? []) {
    const power = powerIn(vm, hostId, one, situation);
    if (power === undefined) continue;
    const found = { reading: one.reading, power };
    if (typeof power === 'number') return found;
    unknown ??= found;
  }
  return unknown;
};

/** An agent that answers for several hosts counts once. */
const measure = (vm: VmWithAttributes, situation: Situation): Measurement => {
  const counted: PowerReading[] = [];
  let microwatts = 0;
  let reason: DomainReason | undefined;
  for (const hostId of hostsWhere(vm, situation)) {
    const found = measureOn(vm, hostId, situation);
    if (found === undefined) continue;
    if (typeof found.power === 'string') reason ??= found.power;
    else if (!counted.includes(found.reading)) {
      counted.push(found.reading);
      microwatts += found.power;
    }
  }
  return { microwatts: counted.length === 0 ? undefined : microwatts, hostCount: counted.length, reason };
};

/** Why no agent gives the power of the host or of its VMs; a sound one may give that of the whole machine alone. */
const whyUnsound = (answers: readonly AgentAnswer[]): UnmeasuredReason => {
  if (answers.some(({ verdict }) => !verdict.sound && verdict.reason === 'first_reading'))
    return 'first_reading';
  return answers.some(({ verdict }) => verdict.sound) ? 'process_not_found' : 'agent_unsound';
};

/** Where the agents of the host measure no VMs: the VM's part of the power of the host, by the CPUs it keeps busy. */
const estimate = (vm: VmWithAttributes, host: Host, situation: Situation): number | UnmeasuredReason => {
  const { agents, vmCpu, busyCpus } = situation;
  const answers = agents.get(host.id) ?? [];
  if (hostReadingOf(answers) === undefined) return whyUnsound(answers);
  if (isMigrating(vm)) return 'migration_partly_measured';
  const power = vmCpu.hostPower.get(host.id);
  if (power === undefined) return 'first_reading';
  const cpus = vmCpu.mean.get(vm.id);
  const all = Math.max((host.cpuTotal ?? 0) / 100, busyCpus().get(host.id) ?? 0);
  return cpus === undefined || all <= 0 ? 'cpu_unknown' : (power * cpus) / all;
};

const whyNotAsked = (vm: VmWithAttributes, host: Host | undefined): UnmeasuredReason | undefined => {
  if (vm.hostId === undefined) return 'no_host';
  if (host === undefined) return 'host_unknown';
  if (!isKvm(host)) return 'host_not_kvm';
  return host.state === hostState.offline ? 'host_offline' : undefined;
};

/** Whether an agent of the host measures VMs; `undefined` where none was asked. */
const measuresVmsOn = (hostId: number, { readings }: Situation): boolean | undefined =>
  readings.get(hostId)?.some(({ domains }) => domains !== undefined);

const isPartlyMeasured = (vm: VmWithAttributes, hostCount: number, situation: Situation): boolean =>
  isMigrating(vm) && hostCount < 2 && measuresVmsOn(vm.previousHostId ?? -1, situation) === false;

/** In microwatts. */
export const powerOfVm = (vm: VmWithAttributes, situation: Situation): number | UnmeasuredReason => {
  const { microwatts, hostCount, reason } = measure(vm, situation);
  if (!mayHaveProcess(vm)) return microwatts !== undefined || reason !== undefined ? 'process_unexpected' : 0;
  if (reason !== undefined) return reason;
  const host = situation.hosts.get(vm.hostId ?? -1);
  const notAsked = whyNotAsked(vm, host);
  if (notAsked !== undefined || host === undefined) return notAsked ?? 'host_unknown';
  if (measuresVmsOn(host.id, situation) !== true) return estimate(vm, host, situation);
  if (isPartlyMeasured(vm, hostCount, situation)) return 'migration_partly_measured';
  return microwatts ?? 'process_not_found';
};
