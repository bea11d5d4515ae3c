/**
 * Asks OpenNebula's monitoring for the CPU of VMs and the power of their GPUs, at a period of its own, and only while an
 * agent is seen that needs the CPU, or a VM that has a GPU.
 *
 * Who asks first waits for the first answer alone. Where the call fails, what is known ages, and the agents go on.
 */
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { readDocument } from '../../lib/io/read-pool.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import { lastMonitoringRecords } from '../../lib/one/vm-monitoring.ts';
import type { Documents, VmCpu } from '../collector.ts';
import { gpuPowerOf, hasGpu, noteGpuRecords } from '../gpu-power.ts';
import { needsVmCpu, noteAnswers, noteRecords, noVmCpu, vmCpuOf } from '../vm-cpu.ts';
import type { VmMonitoringMemory } from './agent-memory.ts';

export interface VmMonitoringReaderOptions {
  readonly client: XmlRpcClient;
  readonly now: () => number;
  readonly intervalMs: number;
  readonly memory: VmMonitoringMemory;
  /** Is told when the call begins to fail, and (`undefined`) when it works again. */
  readonly onChange: (failure: string | undefined) => void;
}

export interface VmMonitoringReader {
  readonly cpu: (agents: Documents['agents']) => Promise<VmCpu>;
  readonly gpu: (vms: Documents['vms']) => Promise<Documents['gpuPower']>;
}

export const createVmMonitoringReader = ({
  client,
  now,
  intervalMs,
  memory,
  onChange,
}: VmMonitoringReaderOptions): VmMonitoringReader => {
  let fails = false;

  const ask = async (): Promise<void> => {
    memory.askedAt = now();
    try {
      const records = await readDocument(client, lastMonitoringRecords);
      memory.cpu = noteRecords(memory.cpu, records, now() / 1000);
      memory.gpu = noteGpuRecords(memory.gpu, records, now() / 1000);
      if (fails) onChange(undefined);
      fails = false;
    } catch (thrown) {
      if (!fails) onChange(reasonOf(thrown));
      fails = true;
    }
    memory.asking = undefined;
  };
  /** Both share one call. */
  const askIfDue = async (): Promise<void> => {
    if (memory.asking === undefined && now() - memory.askedAt >= intervalMs) memory.asking = ask();
    memory.first ??= memory.asking;
    await memory.first;
  };

  return {
    async cpu(agents) {
      memory.cpu = noteAnswers(memory.cpu, agents, now() / 1000);
      if (!needsVmCpu(agents)) return noVmCpu;
      await askIfDue();
      return vmCpuOf(memory.cpu, now() / 1000);
    },
    async gpu(vms) {
      if (!vms.some(hasGpu)) return new Map();
      await askIfDue();
      return gpuPowerOf(memory.gpu, vms, now() / 1000);
    },
  };
};
