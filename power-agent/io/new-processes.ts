/**
 * Which processes may be new since the last look.
 *
 * Their numbers are higher than all before; only where too many were started, or the numbers began anew, all of
 * /proc is listed. Where the numbers tell nothing, a process may have ended and another have its number: a part of all
 * processes counts as new each time. Every five minutes every process does.
 */
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { parseLastPid } from '../processes.ts';
import type { KeptFile } from './kept-file.ts';

/** Looking for so many numbers costs less than listing /proc. */
const mostProbes = 500;
const wholeLookMs = 300_000;
/** So many known processes are looked at again each time, where their numbers do not tell. */
const againAtOnce = 50;

export interface NewProcess {
  readonly pid: number;
  /** Whether it may have been started since the last look, and become another program soon. */
  readonly isYoung: boolean;
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

const youngOnes = (pids: readonly number[]): readonly NewProcess[] =>
  pids.map((pid) => ({ pid, isYoung: true }));

/** @param keepFile keeps a file open that is read again and again */
export const createNewProcesses = (
  procfs: string,
  keepFile: (path: string) => KeptFile,
): (() => readonly NewProcess[]) => {
  const hasNumbers = numbersAreOurs(procfs);
  const loadAverage = keepFile(path.join(procfs, 'loadavg'));
  let seen = new Set<number>();
  let lastPid: number | undefined;
  let wholeLookAt = Number.NEGATIVE_INFINITY;
  let again = 0;

  const readLastPid = (): number | undefined =>
    hasNumbers ? parseLastPid(loadAverage.read() ?? '') : undefined;
  const lookAtAll = (): readonly NewProcess[] => {
    const [before, pids] = [seen, listPids(procfs)];
    seen = new Set(pids);
    wholeLookAt = performance.now();
    const isLate = (pid: number): boolean => lastPid !== undefined && lastPid - pid <= mostProbes;
    return pids.map((pid) => ({ pid, isYoung: before.size === 0 ? isLate(pid) : !before.has(pid) }));
  };
  /** @param mayBeAnother whether another process may have the number of one that was seen */
  const lookAtOthers = (mayBeAnother: (pid: number) => boolean): readonly NewProcess[] => {
    const [before, pids] = [seen, listPids(procfs)];
    seen = new Set(pids);
    return youngOnes(pids.filter((pid) => !before.has(pid) || mayBeAnother(pid)));
  };
  /** Without numbers: the others, and some of those that were seen. */
  const lookInTurn = (): readonly NewProcess[] => {
    const others = lookAtOthers(() => false);
    const known = [...seen];
    if (again >= known.length) again = 0;
    const inTurn = known.slice(again, again + againAtOnce);
    again += againAtOnce;
    return [...others, ...inTurn.map((pid) => ({ pid, isYoung: false }))];
  };
  const probe = (from: number, to: number): readonly NewProcess[] => {
    const pids: number[] = [];
    for (let pid = from + 1; pid <= to; pid += 1) if (existsSync(`${procfs}/${pid}/cmdline`)) pids.push(pid);
    for (const pid of pids) seen.add(pid);
    return youngOnes(pids);
  };
  return () => {
    const before = lastPid;
    lastPid = readLastPid();
    if (performance.now() - wholeLookAt >= wholeLookMs) return lookAtAll();
    if (!hasNumbers) return lookInTurn();
    if (before === undefined || lastPid === undefined || lastPid < before) return lookAtAll();
    const [first, last] = [before, lastPid];
    if (last - first > mostProbes) return lookAtOthers((pid) => pid > first && pid <= last);
    return last === first ? [] : probe(first, last);
  };
};
