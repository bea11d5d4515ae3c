/**
 * Which processes may be new since the last look.
 *
 * Their numbers are higher than all before; only where too many were started, or the numbers began anew, all of
 * /proc is listed. Every five minutes every process counts as new.
 */
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { parseLastPid } from '../processes.ts';
import { tryReadText } from './read-text.ts';

/** Looking for so many numbers costs less than listing /proc. */
const mostProbes = 500;
const wholeLookMs = 300_000;

export interface NewProcesses {
  readonly pids: readonly number[];
  /** Whether these have been started since the last look. */
  readonly areYoung: boolean;
}

const listPids = (procfs: string): readonly number[] =>
  readdirSync(procfs).flatMap((name) => (/^[1-9]\d*$/.test(name) ? [Number(name)] : []));

/** Whether /proc/loadavg speaks of the processes that this /proc shows: not so in another namespace. */
const numbersAreOurs = (procfs: string): boolean => {
  try {
    return readlinkSync(path.join(procfs, 'self')) === String(process.pid);
  } catch {
    return false;
  }
};

export const createNewProcesses = (procfs: string): (() => NewProcesses) => {
  const hasNumbers = numbersAreOurs(procfs);
  let seen = new Set<number>();
  let lastPid: number | undefined;
  let wholeLookAt = Number.NEGATIVE_INFINITY;

  const readLastPid = (): number | undefined =>
    hasNumbers ? parseLastPid(tryReadText(path.join(procfs, 'loadavg')) ?? '') : undefined;
  const lookAtAll = (): NewProcesses => {
    const pids = listPids(procfs);
    seen = new Set(pids);
    wholeLookAt = performance.now();
    return { pids, areYoung: false };
  };
  const lookAtOthers = (): NewProcesses => {
    const before = seen;
    const now = listPids(procfs);
    seen = new Set(now);
    return { pids: now.filter((pid) => !before.has(pid)), areYoung: true };
  };
  const probe = (from: number, to: number): NewProcesses => {
    const pids: number[] = [];
    for (let pid = from + 1; pid <= to; pid += 1) if (existsSync(`${procfs}/${pid}/cmdline`)) pids.push(pid);
    for (const pid of pids) seen.add(pid);
    return { pids, areYoung: true };
  };
  return () => {
    const before = lastPid;
    lastPid = readLastPid();
    const isDue = performance.now() - wholeLookAt >= wholeLookMs;
    if (isDue || (before !== undefined && lastPid !== undefined && lastPid < before)) return lookAtAll();
    if (before === undefined || lastPid === undefined || lastPid - before > mostProbes) return lookAtOthers();
    return lastPid === before ? { pids: [], areYoung: true } : probe(before, lastPid);
  };
};
