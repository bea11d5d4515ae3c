/** A step of the accounts of energy for a large cloud, and writing what it has changed. */
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { advance } from '../collectors/accounts/advance.ts';
import { keepEnergy } from '../collectors/accounts/io/keep-accounts.ts';
import { accountsFileName } from '../collectors/accounts/io/read-ledger.ts';
import type { AccountingRules, Step } from '../collectors/accounts/scene.ts';
import { sightsOf } from '../collectors/accounts/sights.ts';
import type { AgentAnswer, Documents, VmWithAttributes } from '../collectors/collector.ts';
import { joinVm } from '../collectors/io/read-vms.ts';
import { noVmCpu } from '../collectors/vm-cpu.ts';
import { type Host, noSchedulerAttributes } from '../lib/one/host.ts';
import { vmShape } from '../lib/one/vm.ts';
import { microwatts } from '../lib/units/units.ts';
import { formatShortVm } from '../simulator/documents.ts';
import { encodeVmPool, piecesOf, readVms, stillCloud } from './documents.ts';
import type { Lab } from './lab.ts';
import { atMost, type Bench, type Finding, formatMegabytes, formatMs, medianOf } from './measure.ts';

const [hostCount, vmCount] = [500, 10_000];
const steps = 24;
/** The program is warm then. */
const unmeasuredSteps = 8;
const intervalMs = 15_000;
const hostWatts = 200;
const vmWatts = 5;
const wallOffsetMs = 1234;
const silentLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const rules: AccountingRules = {
  attribution: 'capacity',
  idle: 'reserved',
  pue: undefined,
  longestGapMs: 60_000,
};

const noAttributes = { flavours: -1, labels: '', uuid: '', exporter: undefined, tokenUsers: undefined };

const madeHost: Host = {
  id: 0,
  name: '',
  hostname: '',
  cluster: 'default',
  state: 2,
  vmDriver: 'kvm',
  hypervisor: 'kvm',
  memoryTotalBytes: undefined,
  memoryMaximumBytes: undefined,
  memoryUsageBytes: undefined,
  cpuTotal: 6400,
  cpuMaximum: 6400,
  cpuUsage: undefined,
  vmCount: 0,
  powerAgentUrl: undefined,
  powerBmcs: [],
  schedulerAttributes: noSchedulerAttributes,
};

type AgentName = 'scaphandre' | 'onepower';

/** What the agent of a host says: power where it is Scaphandre, joules since its start where it is ours. */
const answerOf = (
  agent: AgentName,
  hostId: number,
  vms: readonly VmWithAttributes[],
  readAt: number,
  sinceMs: number,
): AgentAnswer => {
  const joules = (watts: number): number => (watts * sinceMs) / 1000;
  const counters = {
    seconds: sinceMs / 1000,
    hostJoules: joules(hostWatts),
    meter: 'rapl',
    domains: new Map(
      vms.map(({ deployId }) => [
        `${deployId} uuid`,
        { name: deployId, uuid: 'uuid', count: joules(vmWatts) },
      ]),
    ),
  };
  const domains = vms.map(({ deployId }) => ({
    name: deployId,
    uuid: '',
    power: microwatts(vmWatts * 1e6),
  }));
  return {
    agent,
    verdict: {
      sound: true,
      version: '1',
      reading: { method: 'agent_watts', domains, hostPower: microwatts(hostWatts * 1e6), isDoubtful: false },
    },
    origin: {
      place: `http://kvm${hostId}:8080/metrics`,
      readAt,
      counters: agent === 'onepower' ? counters : undefined,
    },
  };
};

type Reading = Pick<Documents, 'hosts' | 'vms' | 'agents' | 'vmCpu'>;

/** What a refresh hands over: all objects are new, as they are in the exporter. */
const createReadings = (agent: AgentName): ((at: number, sinceMs: number) => Reading) => {
  const cloud = stillCloud(hostCount, vmCount);
  const known = readVms(piecesOf(encodeVmPool(cloud, formatShortVm)), vmShape);
  const hosts = Array.from({ length: hostCount }, (_, id): Host => ({ ...madeHost, id, name: `kvm${id}` }));
  return (at, sinceMs) => {
    const vms = known.map((vm) => joinVm(vm, noAttributes, undefined));
    const onHosts = new Map<number, VmWithAttributes[]>(hosts.map(({ id }) => [id, []]));
    for (const vm of vms) onHosts.get(vm.hostId ?? -1)?.push(vm);
    const agents = new Map(
      [...onHosts].map(([id, onHost]) => [id, [answerOf(agent, id, onHost, at, sinceMs)]]),
    );
    return { hosts, vms, agents, vmCpu: noVmCpu };
  };
};

interface Times {
  readonly stepMs: number;
  readonly writeMs: number;
  readonly fileBytes: number;
}

const processorMsSince = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

const measureSteps = async (agent: AgentName, folder: string): Promise<Times> => {
  const readings = createReadings(agent);
  const kept = await keepEnergy({ folder, retentionMs: undefined, log: silentLog });
  const firstAt = Date.UTC(2026, 10, 28, 12);
  const [stepTimes, writeTimes]: [number[], number[]] = [[], []];
  try {
    for (let at = 0; at < steps; at += 1) {
      const documents = readings(firstAt + at * intervalMs, (at + 1) * intervalMs);
      const begun = process.cpuUsage();
      const step: Step = {
        ...documents,
        at: firstAt + at * intervalMs,
        calendar: { wallOffsetMs, zoneOffsetMs: 0 },
        sights: sightsOf({ ...documents, hostModels: new Map() }, 'capacity'),
        supplyFactors: new Map(),
      };
      let counted = begun;
      await kept.advance((before) => {
        const after = advance(before, step, rules);
        counted = process.cpuUsage();
        return after;
      }, step);
      if (at < unmeasuredSteps) continue;
      stepTimes.push((counted.user + counted.system - begun.user - begun.system) / 1000);
      writeTimes.push(processorMsSince(counted));
    }
    const { length: fileBytes } = await readFile(path.join(folder, accountsFileName));
    return { stepMs: medianOf(stepTimes), writeMs: medianOf(writeTimes), fileBytes };
  } finally {
    await kept.close();
  }
};

const mostStepMs = 15;
const mostWriteMs = 20;

const findingsOf = (agent: string, { stepMs, writeMs, fileBytes }: Times): readonly Finding[] => [
  {
    what: `a step of the accounts, ${agent}`,
    ours: formatMs(stepMs),
    comparedWith: '',
    target: atMost(mostStepMs, stepMs, 'ms'),
  },
  {
    what: `writing the state with the running hour, ${formatMegabytes(fileBytes)}, ${agent}`,
    ours: formatMs(writeMs),
    comparedWith: '',
    target: atMost(mostWriteMs, writeMs, 'ms'),
  },
];

export const createEnergyBench = ({ folder }: Lab): Bench => ({
  name: 'energy-accounts',
  method: `10,000 VMs on 500 hosts, each with one agent, a step every 15 s, in this process: what the agents have said
VM by VM, then the accounts, then the file of the state on the disk. Processor time of all threads, garbage collection
included; the median of 16 steps after 8 that are not measured. Scaphandre tells power, opennebula-power-agent counts
energy, so that its counters are part of the state.`,
  async run() {
    const findings: Finding[] = [];
    for (const agent of ['scaphandre', 'onepower'] as const) {
      const own = path.join(folder, `energy-${agent}`);
      await mkdir(own);
      findings.push(...findingsOf(agent, await measureSteps(agent, own)));
    }
    return findings;
  },
});
