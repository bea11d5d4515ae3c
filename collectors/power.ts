/**
 * Electrical power of VMs and hosts, from the power agents on the hypervisors.
 *
 * Unknown is not zero: a VM whose power was not measured has no sample, and a metric that says why.
 */
import { type Host, hostState, isKvm } from '../lib/one/host.ts';
import { lcmState, mayHaveProcess } from '../lib/one/vm.ts';
import { wattsFromMicrowatts } from '../lib/units/units.ts';
import {
  type AgentAnswer,
  type Documents,
  defineCollector,
  gauge,
  labelled,
  samplesOf,
  type VmWithAttributes,
} from './collector.ts';

const vmPower = gauge('opennebula_vm_power_consumption_uW', 'Scaphandre power usage by the VM in uW', [
  'one_vm_id',
]);
const vmUnmeasured = gauge(
  'opennebula_vm_power_unmeasured_info',
  'A VM that may draw power but was not measured, with the reason',
  ['one_vm_id', 'one_host_id', 'reason'],
);
const hostPower = gauge('opennebula_host_power_watts', 'Power of the host as its power agent measures it', [
  'one_host_id',
]);
const agentUp = gauge(
  'opennebula_power_agent_up',
  'Power agent of the host gave a sound answer (1) or not (0)',
  ['one_host_id'],
);
const agentInfo = gauge(
  'opennebula_power_agent_info',
  'Power agent of the host, its version, and why its answer is not used (ok where it is)',
  ['one_host_id', 'agent', 'version', 'reason'],
);

/** Why a VM that may draw power has no sample; docs/metrics.md lists them with their meaning. */
export const unmeasuredReasons = {
  no_host: 'the VM has no host although it is active',
  host_unknown: 'the host of the VM is not in the host pool',
  host_offline: 'the host is offline, its agent is not asked',
  host_not_kvm: 'the host runs no KVM, its agent is not asked',
  agent_unsound: "the host's agent gave no sound answer: see opennebula_power_agent_info of the host",
  process_not_found: "the host's agent gave a sound answer without a process of this VM",
  migration_partly_measured: 'the VM migrates, and one of its two hosts was not measured',
} as const;
type UnmeasuredReason = keyof typeof unmeasuredReasons;

/** Whether a host's agent is to be asked: each KVM host that is not offline, disabled ones too. */
export const hasPowerAgent = (host: Host): boolean => isKvm(host) && host.state !== hostState.offline;

interface Measured {
  microwatts: number;
  hosts: number;
}

/** What all agents say together: a VM on two hosts draws the sum; one agent that answers for several hosts counts once. */
const sumByVm = (agents: Documents['agents']): ReadonlyMap<number, Measured> => {
  const sums = new Map<number, Measured>();
  for (const verdict of new Set([...agents.values()].map((answer) => answer.verdict))) {
    if (!verdict.sound) continue;
    for (const [vmId, microwatts] of verdict.reading.vmPower) {
      const sum = sums.get(vmId);
      if (sum === undefined) sums.set(vmId, { microwatts, hosts: 1 });
      else {
        sum.microwatts += microwatts;
        sum.hosts += 1;
      }
    }
  }
  return sums;
};

const whyUnmeasured = (
  vm: VmWithAttributes,
  host: Host | undefined,
  answer: AgentAnswer | undefined,
  measured: Measured | undefined,
  previous: AgentAnswer | undefined,
): UnmeasuredReason | undefined => {
  if (vm.hostId === undefined) return 'no_host';
  if (host === undefined) return 'host_unknown';
  if (!isKvm(host)) return 'host_not_kvm';
  if (host.state === hostState.offline) return 'host_offline';
  if (answer?.verdict.sound !== true) return 'agent_unsound';
  if (measured === undefined) return 'process_not_found';
  return vm.lcmState === lcmState.migrate && measured.hosts < 2 && previous?.verdict.sound === false
    ? 'migration_partly_measured'
    : undefined;
};

export const powerCollector = defineCollector({
  name: 'power',
  help: 'electrical power of VMs and hosts, from the power agents on the hypervisors',
  reads: ['hosts', 'vms', 'agents'],
  families: [vmPower, vmUnmeasured, hostPower, agentUp, agentInfo],
  collect: ({ hosts, vms, agents }, { unmeasuredPower }) => {
    const hostsById = new Map(hosts.map((host) => [host.id, host]));
    const measuredById = sumByVm(agents);
    const results = labelled(vms, vmPower.labels, (vm) => [String(vm.id)]).map(({ object: vm, labels }) => {
      const hostId = vm.hostId ?? -1;
      const measured = measuredById.get(vm.id);
      const reason = mayHaveProcess(vm)
        ? whyUnmeasured(
            vm,
            hostsById.get(hostId),
            agents.get(hostId),
            measured,
            agents.get(vm.previousHostId ?? -1),
          )
        : undefined;
      return { labels, object: { vmId: vm.id, hostId, reason, microwatts: measured?.microwatts ?? 0 } };
    });
    const unmeasured = results.flatMap(({ object }) => (object.reason === undefined ? [] : [object]));
    const answers = labelled(agents, ['one_host_id'], ([hostId]) => [String(hostId)]);
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
      samplesOf(hostPower, answers, ([, { verdict }]) =>
        verdict.sound && verdict.reading.hostPower !== undefined
          ? wattsFromMicrowatts(verdict.reading.hostPower)
          : undefined,
      ),
      samplesOf(agentUp, answers, ([, { verdict }]) => Number(verdict.sound)),
      samplesOf(
        agentInfo,
        labelled(agents, agentInfo.labels, ([hostId, { agent, verdict }]) => [
          String(hostId),
          agent,
          verdict.version,
          verdict.sound ? 'ok' : verdict.reason,
        ]),
        () => 1,
      ),
    ];
  },
});
