/**
 * What the agents of all hosts have said, VM by VM, for the accounts: with the same judgement that power on the page
 * has.
 */
import { lazily } from '../../lib/lazily.ts';
import { mayHaveProcess, type Vm } from '../../lib/one/vm.ts';
import type { AgentCounters, Domain } from '../agents/agent.ts';
import { powerAgents } from '../agents/agents.ts';
import type { AgentAnswer, Documents, VmWithAttributes } from '../collector.ts';
import { findDomain, indexDomains } from '../domain-join.ts';
import { hostReadingOf, measuresVms } from '../host-readings.ts';
import { powerOfDomain, powerOfVm, type Situation, situationOf } from '../measure-vm.ts';
import { type Attribution, marginalPower } from './attribution.ts';
import type { SeenCount, SeenCounters, SeenPower, Sight } from './spans.ts';

type AgentDocuments = Pick<Documents, 'hosts' | 'vms' | 'agents' | 'vmCpu' | 'hostModels'>;

const countsVmEnergy: ReadonlySet<string> = new Set(
  powerAgents.flatMap((agent) => ('countsVmEnergy' in agent && agent.countsVmEnergy ? [agent.name] : [])),
);

/** By the host that the domain was seen on. */
type FindVm = (domain: Domain, hostId: number) => VmWithAttributes | undefined;

/** VMs by DEPLOY_ID: imported VMs of two hosts may have one name. */
const indexByDeployId = (vms: readonly VmWithAttributes[]) => {
  const last = new Map<string, VmWithAttributes>();
  /** By host too, of names that several VMs have. */
  const namesakes = new Map<string, Map<number | undefined, VmWithAttributes>>();
  const add = (name: string, vm: VmWithAttributes): void => {
    const other = last.get(name);
    last.set(name, vm);
    if (other === undefined) return;
    const byHost = namesakes.get(name) ?? new Map([[other.hostId, other]]);
    namesakes.set(name, byHost.set(vm.hostId, vm));
  };
  for (const vm of vms) {
    if (vm.deployId === '') continue;
    add(vm.deployId, vm);
    const lowered = vm.deployId.toLowerCase();
    if (lowered !== vm.deployId) add(lowered, vm);
  }
  return {
    anywhere: (name: string): VmWithAttributes | undefined => last.get(name),
    onHost(name: string, hostId: number): VmWithAttributes | undefined {
      const vm = last.get(name);
      return vm === undefined || vm.hostId === hostId ? vm : namesakes.get(name)?.get(hostId);
    },
  };
};

/** The VM that a domain is; the other way round than findDomain, so that each page is gone through once. */
const createVmFinder = (vms: readonly VmWithAttributes[]): FindVm => {
  const { anywhere, onHost } = indexByDeployId(vms);
  const byName = lazily(() => new Map(vms.map((vm) => [`one-${vm.id}`, vm])));
  const byUuid = lazily(() => new Map(vms.map((vm) => [`${vm.hostId} ${vm.uuid ?? ''}`, vm])));
  return ({ name, uuid }, hostId) =>
    onHost(uuid, hostId) ??
    onHost(name, hostId) ??
    anywhere(uuid) ??
    anywhere(name) ??
    (uuid === '' ? undefined : byUuid().get(`${hostId} ${uuid}`)) ??
    byName().get(name);
};

interface View {
  readonly situation: Situation;
  readonly attribution: Attribution;
  readonly hostModels: Documents['hostModels'];
  readonly findVm: FindVm;
  readonly running: () => ReadonlyMap<number, readonly VmWithAttributes[]>;
}

/** How counters of VMs count. */
interface Counting {
  /** `undefined` where it is not known. */
  readonly countOf: (key: string, count: number) => number | undefined;
  /** Where the counts are processor seconds, each of which counts for so much. */
  readonly wattsPerCpu?: number;
}
const byCapacity: Counting = { countOf: (_, count) => count };

/** By what the agent itself knows that VMs have added, or by their processor seconds and the model of the host. */
const addedBy = (hostId: number, { cpus, marginal }: AgentCounters, { hostModels }: View): Counting => {
  if (cpus === undefined) return { countOf: (key) => marginal?.get(key) };
  const wattsPerCpu = hostModels.get(hostId)?.wattsPerCpu;
  return wattsPerCpu === undefined ? { countOf: () => undefined } : { ...byCapacity, wattsPerCpu };
};

const seenCounters = (
  hostId: number,
  { origin, agent }: AgentAnswer,
  view: View,
): SeenCounters | undefined => {
  const { findVm, situation } = view;
  const counters = origin?.counters;
  if (counters === undefined || !countsVmEnergy.has(agent)) return undefined;
  // What such an agent says of VMs has a part of what an idle host draws in it: then its power counts, less that.
  const isOfCapacity = counters.marginal === undefined && counters.cpus === undefined;
  if (view.attribution === 'marginal' && isOfCapacity) return undefined;
  const { hostJoules, rawHostJoules, cpus, meter = '', ended = new Set<string>() } = counters;
  // Time that is ours says nothing of the agent's, and our clock may be another one after a start.
  const seconds = rawHostJoules === undefined ? counters.seconds : 0;
  const index = indexDomains(
    [...counters.domains.values()].map(({ name, uuid }) => ({ name, uuid, power: 'first_reading' })),
  );
  /** A VM that was made anew has another UUID and its old name, and both counters are the VM's. */
  const vmOf = (domain: Domain): number | undefined => {
    const vm = findVm(domain, hostId);
    const found = vm === undefined ? undefined : findDomain(vm, index, situation.takenNames);
    return found?.name === domain.name ? vm?.id : undefined;
  };
  const { countOf, wattsPerCpu } =
    view.attribution === 'marginal' ? addedBy(hostId, counters, view) : byCapacity;
  const vms = new Map<string, SeenCount>();
  for (const [key, domain] of counters.domains) {
    const count = countOf(key, domain.count);
    const { endOf } = domain;
    if (count !== undefined)
      vms.set(key, { vmId: vmOf(domain), count, ...(endOf === undefined ? {} : { endOf }) });
  }
  return {
    seconds,
    hostJoules,
    // Counts of the one kind cannot be compared with those of the other.
    meter: view.attribution === 'marginal' ? `${meter} marginal` : meter,
    vms,
    ended,
    ...(rawHostJoules === undefined ? {} : { rawHostJoules }),
    ...(cpus === undefined ? {} : { cpus }),
    ...(wattsPerCpu === undefined ? {} : { wattsPerCpu }),
  };
};

/** By the domains of the page. */
const measured = (hostId: number, answer: AgentAnswer, view: View): SeenPower['vmPower'] => {
  const { situation, findVm } = view;
  if (!answer.verdict.sound) return undefined;
  const { reading } = answer.verdict;
  const hostReading = situation.readings.get(hostId)?.find((one) => one.reading === reading);
  if (hostReading?.domains === undefined) return undefined;
  const vmPower = new Map<number, number>();
  for (const domain of reading.domains ?? []) {
    const vm = findVm(domain, hostId);
    if (vm === undefined || findDomain(vm, hostReading.domains, situation.takenNames) !== domain) continue;
    const power = powerOfDomain(domain, vm, hostId, reading, situation);
    if (typeof power === 'number') vmPower.set(vm.id, power);
  }
  return vmPower;
};

/** Of a host whose agents measure no VMs; `undefined` while nothing can be estimated. */
const estimated = (hostId: number, { situation, running }: View): SeenPower['vmPower'] => {
  const vmPower = new Map<number, number>();
  for (const vm of running().get(hostId) ?? []) {
    const power = powerOfVm(vm, situation);
    if (typeof power === 'number') vmPower.set(vm.id, power);
  }
  return vmPower.size === 0 ? undefined : vmPower;
};

const seenPower = (
  hostId: number,
  answer: AgentAnswer,
  answers: readonly AgentAnswer[],
  view: View,
): SeenPower | undefined => {
  if (!answer.verdict.sound) return undefined;
  const { reading } = answer.verdict;
  const isEstimated = !measuresVms(answers) && hostReadingOf(answers) === reading;
  const vmPower = isEstimated ? estimated(hostId, view) : measured(hostId, answer, view);
  const { hostPower } = reading;
  if (vmPower === undefined || view.attribution === 'capacity') return { vmPower, hostPower };
  const { hosts, vmCpu } = view.situation;
  const cpus = (hosts.get(hostId)?.cpuTotal ?? 0) / 100;
  // What is estimated is a part of the power over a minute.
  const shared = isEstimated ? vmCpu.hostPower.get(hostId) : hostPower;
  const given = { vmPower, hostPower: shared, cpus };
  return { vmPower: marginalPower(given, view.hostModels.get(hostId)), hostPower };
};

const runningByHost = (vms: readonly VmWithAttributes[]): ReturnType<View['running']> => {
  const running = new Map<number, VmWithAttributes[]>();
  const isOnHost = (vm: Vm): boolean => vm.hostId !== undefined && mayHaveProcess(vm);
  for (const vm of vms.filter(isOnHost)) {
    const others = running.get(vm.hostId ?? -1);
    if (others === undefined) running.set(vm.hostId ?? -1, [vm]);
    else others.push(vm);
  }
  return running;
};

/** By host. */
export const sightsOf = (
  documents: AgentDocuments,
  attribution: Attribution,
): ReadonlyMap<number, readonly Sight[]> => {
  const view: View = {
    situation: situationOf(documents),
    attribution,
    hostModels: documents.hostModels,
    findVm: createVmFinder(documents.vms),
    running: lazily(() => runningByHost(documents.vms)),
  };
  return new Map(
    [...documents.agents].map(([hostId, answers]) => {
      const sights = answers.flatMap((answer): readonly Sight[] => {
        const { agent, origin, verdict } = answer;
        if (origin === undefined) return [];
        const counters = seenCounters(hostId, answer, view);
        const isFirst =
          !verdict.sound && (verdict.reason === 'first_reading' || verdict.reason === 'no_process_power');
        const reading = seenPower(hostId, answer, answers, view);
        const { place, restMs } = origin;
        return [{ place, agent, readAt: Math.round(origin.readAt), restMs, reading, counters, isFirst }];
      });
      return [hostId, sights];
    }),
  );
};
