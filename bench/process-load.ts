/** What a running program uses, as the kernel counts it. */
import { readdir, readFile } from 'node:fs/promises';

/** Of /proc/PID/stat: USER_HZ is 100 on every Linux that we know. */
const ticksPerSecond = 100;

/** Processor time since its start, of all its threads, in milliseconds. */
export const readCpuMs = async (pid: number): Promise<number> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name of the program may hold spaces; after it come state, and at 12th and 13th place utime and stime.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1000;
};

export const readRssBytes = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
};

export const countDescriptors = async (pid: number): Promise<number> =>
  (await readdir(`/proc/${pid}/fd`)).length;
