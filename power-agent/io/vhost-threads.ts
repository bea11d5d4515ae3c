/** Kernel threads that move packets for VMs, on kernels before 6.4: what they use is used by their VM. */
import { parseProcessTimes, vhostOwner } from '../processes.ts';
import type { KeptFile } from './kept-file.ts';

export interface VhostThreads {
  /** @param owner the pid of the VM's process */
  readonly add: (owner: number, pid: number) => void;
  /** CPU seconds of all that work for a VM. */
  readonly secondsFor: (owner: number) => number;
  readonly forget: (owner: number) => void;
}

/** @param keepStat keeps /proc/PID/stat open */
export const createVhostThreads = (keepStat: (pid: number) => KeptFile): VhostThreads => {
  /** By the VM's pid, and by their own. */
  const threads = new Map<number, Map<number, KeptFile>>();
  const remove = (owner: number, pid: number): void => {
    threads.get(owner)?.get(pid)?.close();
    threads.get(owner)?.delete(pid);
  };
  return {
    add(owner, pid) {
      const ofOwner = threads.get(owner) ?? new Map<number, KeptFile>();
      if (!ofOwner.has(pid)) threads.set(owner, ofOwner.set(pid, keepStat(pid)));
    },
    secondsFor(owner) {
      let sum = 0;
      for (const [pid, stat] of threads.get(owner) ?? []) {
        const text = stat.read() ?? '';
        if (vhostOwner(text) === owner) sum += parseProcessTimes(text)?.cpuSeconds ?? 0;
        else remove(owner, pid);
      }
      return sum;
    },
    forget(owner) {
      for (const pid of threads.get(owner)?.keys() ?? []) remove(owner, pid);
      threads.delete(owner);
    },
  };
};
