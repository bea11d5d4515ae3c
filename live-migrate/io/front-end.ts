/** This machine and its processes, as leases name them. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { type FrontEnd, formatLease } from '../lease.ts';

/** The 22nd field of /proc/PID/stat, proc(5); the second, in parentheses, may hold anything. */
const startTimeOf = (pid: number): string | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined; // there is no such process
  }
};

export const readFrontEnd = (): FrontEnd => ({
  name: hostname().replaceAll(/\s/g, ''),
  bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim(),
  startTimeOf,
});

/** The lease of a tunnel that this process makes. */
export const leaseOf = (vmId: number, { name: frontEnd, bootId }: FrontEnd): string =>
  formatLease({ vmId, frontEnd, bootId, pid: process.pid, startTime: startTimeOf(process.pid) ?? '0' });
