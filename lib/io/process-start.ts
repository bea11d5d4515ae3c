/** When a process started: numbers of processes are used again, a number with its start and its boot is not. */
import { readFileSync } from 'node:fs';

/**
 * In clock ticks since the boot; `undefined` where there is no such process. The 22nd field of /proc/PID/stat,
 * proc(5); the second, in parentheses, may hold anything.
 */
export const startTimeOf = (pid: number): string | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined; // there is no such process
  }
};

/** The kernel's random id of this boot. */
export const readBootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
