/**
 * Electrical power of VMs and hosts, from the power agents on the hypervisors.
 *
 * Unknown is not zero: a VM whose power was not measured has no sample, and a metric that says why.
 */
import { type Host, hostState, isKvm } from '../lib/one/host.ts';
import { isMigrating, mayHaveProcess } from '../lib/one/vm.ts';
import { wattsFromMicrowatts } from '../lib/units/units.ts';
import type { DomainReason, PowerReading } from './agents/agent.ts';
import { agentNames } from './agents/agents.ts';
import { powerOptions } from './agents/power-options.ts';
import {
  type AgentAnswer,
  type Documents,
  defineCollector,
  gauge,
  labelled,
  samplesOf,
  type VmWithAttributes,
} from './collector.ts';
import { type DomainIndex, findDomain, indexDomains } from './domain-join.ts';

/** The first generation's text, whichever agent measured: who reads the page may have it in a test. */
const vmPower = gauge('opennebula_vm_power_consumption_uW', 'Scaphandre power usage by the VM in uW', [
  'one_vm_id',
]);
const vmUnmeasured = gauge(
  'opennebula_vm_power_unmeasured_info',
  'VM that may draw power but was not measured, and why',
  ['one_vm_id', 'one_host_id', 'reason'],
);
const hostPower = gauge('opennebula_host_power_watts', 'Power of the host, as its power agent measures it', [
  'one_host_id',
]);
const agentUp = gauge(
  'opennebula_power_agent_up',
  'Whether a power agent of the host gave a sound answer (1) or not (0)',
  ['one_host_id'],
);
const agentInfo = gauge(
  'opennebula_power_agent_info',
  'Power agent of the host, its version, why its answer is not used (ok if it is used), and how the power of VMs comes about',
  ['one_host_id', 'agent', 'version', 'reason', 'method'],
);

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
    "the agent's value for this VM is more than its processors, or than the CPU that OpenNebula's monitoring has for it, can draw",
  first_reading:
    "the host's agent counts, and has given the first count of this VM: power is known from the second on",
  migration_partly_measured: 'the VM is migrating, and one of its two hosts was not measured',
} as const;
type UnmeasuredReason = keyof typeof unmeasuredReasons;

/** Whether a host's agent is to be asked: each KVM host that is not offline, disabled ones too. */
export const hasPowerAgent = (host: Host): boolean => isKvm(host) && host.state !== hostState.offline;

/** What one agent says of a host. */
interface HostReading {
  readonly reading: PowerReading;
  /** `undefined` where the agent measures no VMs. */
  readonly domains: DomainIndex | undefined;
}

/** The sound readings of a host, the most trusted agent's first; of one agent the first. */
const readingsOf = (answers: readonly AgentAnswer[]): readonly PowerReading[] =>
  answers
    .flatMap(({ agent, verdict }) => (verdict.sound ? [{ agent, reading: verdict.reading }] : []))
    .sort((a, b) => agentNames.indexOf(a.agent) - agentNames.indexOf(b.agent))
    .map(({ reading }) => reading);

/** By host; an agent that answers for several hosts has one reading. */
const readAnswers = (agents: Documents['agents']): ReadonlyMap<number, readonly HostReading[]> => {
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

/** Whether one of the host's agents can say which VMs draw power. */
const measuresVms = (answers: readonly AgentAnswer[] | undefined): boolean =>
  readingsOf(answers ?? []).some(({ domains }) => domains !== undefined);

/** What the agents say of one VM. */
interface VmMeasurement {
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
const readingsAt = (
  vm: VmWithAttributes,
  readings: ReadonlyMap<number, readonly HostReading[]>,
): readonly (readonly HostReading[])[] =>
  isMigrating(vm) ? [...readings.values()] : [readings.get(vm.hostId ?? -1) ?? []];

/** On one host the value of one agent counts; an agent that answers for several hosts counts once. */
const measureVm = (
  vm: VmWithAttributes,
  readings: ReadonlyMap<number, readonly HostReading[]>,
  deployIds: ReadonlySet<string>,
): VmMeasurement => {
  const counted = new Map<PowerReading, number>();
  let reason: DomainReason | undefined;
  for (const ofHost of readingsAt(vm, readings)) {
    const seen = ofHost.flatMap(({ reading, domains }) => {
      const power = domains === undefined ? undefined : findDomain(vm, domains, deployIds)?.power;
      return power === undefined ? [] : [{ reading, power }];
    });
    const measured = seen.find(({ power }) => typeof power === 'number');
    if (measured !== undefined && typeof measured.power === 'number')
      counted.set(measured.reading, measured.power);
    else if (typeof seen[0]?.power === 'string') reason ??= seen[0].power;
  }
  const sum = [...counted.values()].reduce((all, microwatts) => all + microwatts, 0);
  return { microwatts: counted.size === 0 ? undefined : sum, hostCount: counted.size, reason };
};

interface Situation {
  readonly hosts: ReadonlyMap<number, Host>;
  readonly agents: Documents['agents'];
}

const whyUnmeasured = (
  vm: VmWithAttributes,
  { microwatts, hostCount, reason }: VmMeasurement,
  { hosts, agents }: Situation,
): UnmeasuredReason | undefined => {
  if (!mayHaveProcess(vm))
    return microwatts !== undefined || reason !== undefined ? 'process_unexpected' : undefined;
  if (reason !== undefined) return reason;
  if (vm.hostId === undefined) return 'no_host';
  const host = hosts.get(vm.hostId);
  if (host === undefined) return 'host_unknown';
  if (!isKvm(host)) return 'host_not_kvm';
  if (host.state === hostState.offline) return 'host_offline';
  if (!measuresVms(agents.get(vm.hostId))) return 'agent_unsound';
  const previous = agents.get(vm.previousHostId ?? -1);
  if (isMigrating(vm) && hostCount < 2 && previous !== undefined && !measuresVms(previous))
    return 'migration_partly_measured';
  return microwatts === undefined ? 'process_not_found' : undefined;
};

export const powerCollector = defineCollector({
  name: 'power',
  help: 'electrical power of VMs and hosts, from the power agents on the hypervisors',
  reads: ['hosts', 'vms', 'agents'],
  options: powerOptions,
  families: [vmPower, vmUnmeasured, hostPower, agentUp, agentInfo],
  collect: ({ hosts, vms, agents }, { 'power.unmeasured': unmeasuredPower }) => {
    const situation = { hosts: new Map(hosts.map((host) => [host.id, host])), agents };
    const readings = readAnswers(agents);
    const deployIds = new Set(vms.map(({ deployId }) => deployId));
    const results = labelled(vms, vmPower.labels, (vm) => [String(vm.id)]).map(({ object: vm, labels }) => {
      const measurement = measureVm(vm, readings, deployIds);
      const reason = whyUnmeasured(vm, measurement, situation);
      const microwatts = measurement.microwatts ?? 0;
      return { labels, object: { vmId: vm.id, hostId: vm.hostId ?? -1, reason, microwatts } };
    });
    const unmeasured = results.flatMap(({ object }) => (object.reason === undefined ? [] : [object]));
    const hostAnswers = labelled(agents, ['one_host_id'], ([hostId]) => [String(hostId)]);
    const answers = [...agents].flatMap(([hostId, all]) => all.map((answer) => ({ hostId, ...answer })));
    return [
      samplesOf(vmPower, results, ({ reason, microwatts }) =>
        reason === undefined ? microwatts : unmeasuredPower === 'zero' ? 0 : undefined,
      ),
      samplesOf(
        vmUnmeasured,
        labelled(unmeasured, vmUnmeasured.labels, ({ vmId, hostId, reason }) => [
          String(vmId),
          String(hostId),
          reason ?? '',
        ]),
        () => 1,
      ),
      samplesOf(hostPower, hostAnswers, ([, all]) => {
        const known = readingsOf(all).find((reading) => reading.hostPower !== undefined)?.hostPower;
        return known === undefined ? undefined : wattsFromMicrowatts(known);
      }),
      samplesOf(agentUp, hostAnswers, ([, all]) => Number(all.some(({ verdict }) => verdict.sound))),
      samplesOf(
        agentInfo,
        labelled(answers, agentInfo.labels, ({ hostId, agent, verdict }) => [
          String(hostId),
          agent,
          verdict.version,
          verdict.sound ? 'ok' : verdict.reason,
          (verdict.sound ? verdict.reading.method : undefined) ?? '',
        ]),
        () => 1,
      ),
    ];
  },
});
