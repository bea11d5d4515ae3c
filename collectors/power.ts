/**
 * Electrical power of VMs and hosts, from the power agents on the hypervisors.
 *
 * Unknown is not zero: a VM whose power was not measured has no sample, and a metric that says why.
 */
import { type Host, hostState, isKvm } from '../lib/one/host.ts';
import type { FamilySamples } from '../lib/prometheus/metric-family.ts';
import { wattsFromMicrowatts } from '../lib/units/units.ts';
import type { PowerMethod, PowerVerdict } from './agents/agent.ts';
import { powerOptions } from './agents/power-options.ts';
import {
  type AgentAnswer,
  type Documents,
  defineCollector,
  gauge,
  labelled,
  samplesOf,
} from './collector.ts';
import { hostReadingOf, isHostMeter } from './host-readings.ts';
import { powerOfVm, situationOf } from './measure-vm.ts';

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

const agentDoubtful = gauge(
  'opennebula_power_agent_doubtful_info',
  "Power agent of the host that is known to inflate the power of VMs: its values are compared with OpenNebula's",
  ['one_host_id', 'agent', 'version'],
);

/** Whether a host's agent is to be asked: each KVM host that is not offline, disabled ones too. */
export const hasPowerAgent = (host: Host): boolean => isKvm(host) && host.state !== hostState.offline;

/** How the power of VMs comes about by one agent of a host: an estimate where it gives the host's power alone. */
const methodOf = (answer: AgentAnswer, ofHost: readonly AgentAnswer[]): PowerMethod | '' => {
  if (!answer.verdict.sound) return '';
  const { reading } = answer.verdict;
  const isEstimated = isHostMeter(ofHost) && hostReadingOf(ofHost) === reading;
  return isEstimated ? 'opennebula_cpu' : (reading.method ?? '');
};

/** Whether its page was sound or, as it is at times, inflated. */
const isOfDoubtfulAgent = (verdict: PowerVerdict): boolean =>
  verdict.sound ? verdict.reading.isDoubtful : verdict.reason === 'inflated';

/** One sample for each agent of each host, and one more for those that are not to be believed. */
const describeAgents = (agents: Documents['agents']): readonly FamilySamples[] => {
  const answers = [...agents].flatMap(([hostId, all]) =>
    all.map((answer) => ({ hostId, answer, method: methodOf(answer, all) })),
  );
  const labels = ({ hostId, answer: { agent, verdict }, method }: (typeof answers)[number]) => [
    String(hostId),
    agent,
    verdict.version,
    verdict.sound ? 'ok' : verdict.reason,
    method,
  ];
  const doubtful = answers.filter(({ answer: { verdict } }) => isOfDoubtfulAgent(verdict));
  return [
    samplesOf(agentInfo, labelled(answers, agentInfo.labels, labels), () => 1),
    samplesOf(
      agentDoubtful,
      labelled(doubtful, agentDoubtful.labels, (one) => labels(one).slice(0, 3)),
      () => 1,
    ),
  ];
};

export const powerCollector = defineCollector({
  name: 'power',
  help: 'electrical power of VMs and hosts, from the power agents on the hypervisors',
  reads: ['hosts', 'vms', 'agents', 'vmCpu'],
  options: powerOptions,
  families: [vmPower, vmUnmeasured, hostPower, agentUp, agentInfo, agentDoubtful],
  collect: (documents, { 'power.unmeasured': unmeasuredPower }) => {
    const situation = situationOf(documents);
    const vms = labelled(documents.vms, vmPower.labels, ({ id }) => [String(id)]);
    const results = vms.map(({ object: vm, labels }) => {
      const power = powerOfVm(vm, situation);
      return { labels, object: { vmId: vm.id, hostId: vm.hostId ?? -1, power } };
    });
    const unmeasured = results.flatMap(({ object: { vmId, hostId, power } }) =>
      typeof power === 'string' ? [[String(vmId), String(hostId), power]] : [],
    );
    const hosts = labelled(documents.agents, ['one_host_id'], ([hostId]) => [String(hostId)]);
    return [
      samplesOf(vmPower, results, ({ power }) =>
        typeof power === 'number' ? power : unmeasuredPower === 'zero' ? 0 : undefined,
      ),
      samplesOf(
        vmUnmeasured,
        labelled(unmeasured, vmUnmeasured.labels, (values) => values),
        () => 1,
      ),
      samplesOf(hostPower, hosts, ([, answers]) => {
        const known = hostReadingOf(answers)?.hostPower;
        return known === undefined ? undefined : wattsFromMicrowatts(known);
      }),
      samplesOf(agentUp, hosts, ([, answers]) => Number(answers.some(({ verdict }) => verdict.sound))),
      ...describeAgents(documents.agents),
    ];
  },
});
