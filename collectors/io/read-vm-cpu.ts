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
import { emptyVmCpuState, needsVmCpu, noteAnswers, noteRecords, noVmCpu, vmCpuOf } from '../vm-cpu.ts';

export interface VmCpuReaderOptions {
  readonly client: XmlRpcClient;
  readonly now: () => number;
  readonly intervalMs: number;
  /** Is told when the call begins to fail, and (`undefined`) when it works again. */
  readonly onChange: (failure: string | undefined) => void;
}

export const createVmCpuReader = ({
  client,
  now,
  intervalMs,
  onChange,
}: VmCpuReaderOptions): ((agents: Documents['agents']) => Promise<VmCpu>) => {
  let state = emptyVmCpuState;
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;
  let fails = false;
  let hasAsked = false;

  const ask = async (): Promise<void> => {
    askedAt = now();
    try {
      const records = await readDocument(client, lastCpuRecords);
      state = noteRecords(state, records);
      if (fails) onChange(undefined);
      fails = false;
    } catch (thrown) {
      if (!fails) onChange(reasonOf(thrown));
      fails = true;
    }
    asking = undefined;
  };

  return async (agents) => {
    state = noteAnswers(state, agents, now() / 1000);
    if (!needsVmCpu(agents)) return noVmCpu;
    if (asking === undefined && now() - askedAt >= intervalMs) asking = ask();
    if (!hasAsked) await asking;
    hasAsked = true;
    return vmCpuOf(state, now() / 1000);
  };
};
