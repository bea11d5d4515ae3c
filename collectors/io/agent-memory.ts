/** What is known of power agents. It outlasts a set of options: the next one goes on where the URL is the same. */
import type { EarlierPage } from '../agents/agent-page.ts';
import type { AgentAnswer } from '../collector.ts';
import { type GpuState, noGpuState } from '../gpu-power.ts';
import type { LearntHost } from '../learn-models.ts';
import type { SupplyMoment } from '../supply-factor.ts';
import { emptyVmCpuState, type VmCpuState } from '../vm-cpu.ts';
import { createVmMemory, type VmMemory } from './vm-memory.ts';

export interface AskedAgent {
  askedAt: number;
  /** It is asked again after this time. */
  intervalMs: number;
  answer: AgentAnswer;
  /** The last page that came whole. */
  page: EarlierPage | undefined;
  /** Not where its last answer was none, after a long time, or cost much. */
  isWaitedFor: boolean;
  running: Promise<void> | undefined;
}

export interface AgentMemory {
  /** By URL. */
  readonly asked: Map<string, AskedAgent>;
  /** What was told last, by URL, or by host and URL. */
  lastAnswers: ReadonlyMap<string, AgentAnswer>;
}

/** Of the machines' power: what central Telegrafs answered, and how it compared with what the hosts' agents said. */
export interface PlatformMemory extends AgentMemory {
  supplies: ReadonlyMap<number, readonly SupplyMoment[]>;
}

/** What goes with the agents: the CPU of VMs and the power of their GPUs, as OpenNebula has it. */
export interface VmMonitoringMemory {
  cpu: VmCpuState;
  gpu: GpuState;
  askedAt: number;
  asking: Promise<void> | undefined;
  /** The first call, for which everybody waits. */
  first: Promise<void> | undefined;
}

/** What was learnt of hosts from their agents. */
export interface ModelMemory {
  /** By host id. */
  learnt: ReadonlyMap<number, LearntHost>;
}

/** Of those that are asked for each host, and of those that are asked for all of them. */
export interface AgentMemories {
  readonly ofHosts: AgentMemory;
  readonly platform: PlatformMemory;
  readonly vmMonitoring: VmMonitoringMemory;
  readonly models: ModelMemory;
  readonly vms: VmMemory;
}

export const createAgentMemory = (): AgentMemory => ({ asked: new Map(), lastAnswers: new Map() });

export const createPlatformMemory = (): PlatformMemory => ({ ...createAgentMemory(), supplies: new Map() });

export const createVmMonitoringMemory = (): VmMonitoringMemory => ({
  cpu: emptyVmCpuState,
  gpu: noGpuState,
  askedAt: Number.NEGATIVE_INFINITY,
  asking: undefined,
  first: undefined,
});

/** @param learnt before the exporter was started */
export const createAgentMemories = (learnt: ModelMemory['learnt'] = new Map()): AgentMemories => ({
  ofHosts: createAgentMemory(),
  platform: createPlatformMemory(),
  vmMonitoring: createVmMonitoringMemory(),
  models: { learnt },
  vms: createVmMemory(),
});
