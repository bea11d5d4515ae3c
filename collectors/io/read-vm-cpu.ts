/**
 * Asks OpenNebula for the CPU of VMs, at a period of its own, and only while an agent is seen that needs it.
 *
 * A scrape waits for the first answer alone. Where the call fails, what is known ages, and the agents go on.
 */
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { readDocument } from '../../lib/io/read-pool.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import { lastCpuRecords } from '../../lib/one/vm-monitoring.ts';
import type { Documents, VmCpu } from '../collector.ts';
import { needsVmCpu, noteAnswers, noteRecords, noVmCpu, vmCpuOf } from '../vm-cpu.ts';
import type { VmCpuMemory } from './agent-memory.ts';

export interface VmCpuReaderOptions {
  readonly client: XmlRpcClient;
  readonly now: () => number;
  readonly intervalMs: number;
  readonly memory: VmCpuMemory;
  /** Is told when the call begins to fail, and (`undefined`) when it works again. */
  readonly onChange: (failure: string | undefined) => void;
}

export const createVmCpuReader = ({
  client,
  now,
  intervalMs,
  memory,
  onChange,
}: VmCpuReaderOptions): ((agents: Documents['agents']) => Promise<VmCpu>) => {
  let fails = false;

  const ask = async (): Promise<void> => {
    memory.askedAt = now();
    try {
      const records = await readDocument(client, lastCpuRecords);
      memory.state = noteRecords(memory.state, records);
      if (fails) onChange(undefined);
      fails = false;
    } catch (thrown) {
      if (!fails) onChange(reasonOf(thrown));
      fails = true;
    }
    memory.asking = undefined;
  };

  return async (agents) => {
    memory.state = noteAnswers(memory.state, agents, now() / 1000);
    if (!needsVmCpu(agents)) return noVmCpu;
    const isFirst = memory.askedAt === Number.NEGATIVE_INFINITY;
    if (memory.asking === undefined && now() - memory.askedAt >= intervalMs) memory.asking = ask();
    if (isFirst) await memory.asking;
    return vmCpuOf(memory.state, now() / 1000);
  };
};
