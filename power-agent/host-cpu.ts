/** What all CPUs of a host did: the first lines of /proc/stat. */
import { ticksPerSecond } from './processes.ts';

/** In the order of /proc/stat; time of guests is within `user` and `nice`. */
export const cpuModes = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'] as const;
export type CpuMode = (typeof cpuModes)[number];

/** Of all CPUs together, in seconds. */
export type CpuSeconds = Readonly<Record<CpuMode, number>>;

export interface HostCpu {
  readonly cpus: number;
  readonly seconds: CpuSeconds;
}

const secondsOf = (of: (mode: CpuMode, at: number) => number): CpuSeconds =>
  Object.fromEntries(cpuModes.map((mode, at) => [mode, of(mode, at)])) as CpuSeconds;

export const noCpuSeconds = secondsOf(() => 0);

/** `undefined` for what is no such file. Behind the lines of CPUs stands a long one of all interrupts. */
export const parseHostCpu = (whole: string): HostCpu | undefined => {
  const end = whole.indexOf('\nintr ');
  const text = end < 0 ? whole : whole.slice(0, end);
  const ticks = /^cpu ([ \d]+)$/m.exec(text)?.[1]?.trim().split(/ +/).map(Number);
  const cpus = text.match(/^cpu\d+ /gm)?.length ?? 0;
  if (ticks === undefined || ticks.length < 4 || cpus === 0) return undefined;
  return { cpus, seconds: secondsOf((_, at) => (ticks[at] ?? 0) / ticksPerSecond) };
};

/** In seconds, of all CPUs together: a counter that fell by more began anew. */
const longestFall = 3;
/** From where the next step counts. The kernel lets some of these counters fall by a little; what rises again was counted. */
export const highestOf = (before: CpuSeconds, after: CpuSeconds): CpuSeconds =>
  secondsOf((mode) =>
    before[mode] - after[mode] > longestFall ? after[mode] : Math.max(before[mode], after[mode]),
  );

/** What was done between two readings; a counter that fell has done nothing. */
export const cpuSecondsBetween = (before: CpuSeconds, after: CpuSeconds): CpuSeconds =>
  secondsOf((mode) => Math.max(0, after[mode] - before[mode]));

export const addCpuSeconds = (one: CpuSeconds, other: CpuSeconds): CpuSeconds =>
  secondsOf((mode) => one[mode] + other[mode]);

export const capacityOf = (seconds: CpuSeconds): number =>
  cpuModes.reduce((sum, mode) => sum + seconds[mode], 0);

/** Waiting for a disk keeps no CPU busy. */
export const busyOf = (seconds: CpuSeconds): number => capacityOf(seconds) - seconds.idle - seconds.iowait;
