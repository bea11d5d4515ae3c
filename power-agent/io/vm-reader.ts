/**
 * Which processes of this host are VMs, and what CPU time they have used.
 *
 * A host has thousands of processes and few VMs: each second only the VMs are read, and the processes that were
 * started since.
 */
import { readlinkSync } from 'node:fs';
import path from 'node:path';
import {
  isEmulator,
  type ProcessTimes,
  parseCgroupSeconds,
  parseProcessTimes,
  vhostOwner,
  vmCgroup,
  vmOfCommandLine,
} from '../processes.ts';
import { keyOf, type VmProcess } from '../vm-times.ts';
import { createFileKeeper, type KeptFile } from './kept-file.ts';
import { createNewProcesses } from './new-processes.ts';
import { tryReadText } from './read-text.ts';
import { createVhostThreads } from './vhost-threads.ts';

/** A process becomes another program some time after its start: the readings after which it is looked at again. */
const secondLooks: ReadonlySet<number> = new Set([1, 2, 3, 5, 8, 15, 30]);
const lastLook = Math.max(...secondLooks);

interface KnownVm {
  readonly key: string;
  readonly startedAt: number;
  /** Of its process. */
  readonly stat: KeptFile;
  /** With the CPU time of its cgroup, where it has one of its own. */
  readonly cgroup: KeptFile | undefined;
}

export interface VmReaderPlaces {
  readonly procfs: string;
  readonly sysfs: string;
}

export interface VmReader {
  /** By pid. */
  readonly read: () => ReadonlyMap<number, VmProcess>;
}

const readExe = (file: string): string | undefined => {
  try {
    return readlinkSync(file);
  } catch {
    return undefined;
  }
};

export const createVmReader = ({ procfs, sysfs }: VmReaderPlaces): VmReader => {
  const vms = new Map<number, KnownVm>();
  /** Processes that are no VM yet: by pid, the readings since they were seen first. */
  const young = new Map<number, number>();
  const keepFile = createFileKeeper();
  const readNew = createNewProcesses(procfs, keepFile);
  const fileOf = (pid: number, name: string): string => `${procfs}/${pid}/${name}`;
  const keepStat = (pid: number): KeptFile => keepFile(fileOf(pid, 'stat'));
  const vhosts = createVhostThreads(keepStat);
  let last: ReadonlyMap<number, VmProcess> = new Map();

  const readTimes = (pid: number): ProcessTimes | undefined => {
    const text = tryReadText(fileOf(pid, 'stat'));
    return text === undefined ? undefined : parseProcessTimes(text);
  };
  const findCgroup = (pid: number): KeptFile | undefined => {
    const cgroup = vmCgroup(tryReadText(fileOf(pid, 'cgroup')) ?? '');
    if (cgroup === undefined) return undefined;
    const file = keepFile(path.join(sysfs, 'fs/cgroup', cgroup, 'cpu.stat'));
    if (parseCgroupSeconds(file.read() ?? '') !== undefined) return file;
    file.close();
    return undefined;
  };
  const isThread = (pid: number): boolean => {
    const group = /^Tgid:\s*(\d+)$/m.exec(tryReadText(fileOf(pid, 'status')) ?? '')?.[1];
    return group !== undefined && Number(group) !== pid;
  };

  /** Whether it is worth another look. The program is asked for first, since most are no emulators. */
  const lookAt = (pid: number): boolean => {
    const exe = readExe(fileOf(pid, 'exe'));
    if (exe !== undefined && !isEmulator(exe, '')) return true;
    const commandLine = tryReadText(fileOf(pid, 'cmdline'));
    if (commandLine === undefined) return false;
    if (commandLine === '') {
      const owner = vhostOwner(tryReadText(fileOf(pid, 'stat')) ?? '');
      if (owner !== undefined) vhosts.add(owner, pid);
      return owner === undefined;
    }
    const identity = vmOfCommandLine(commandLine);
    if (identity === undefined || !isEmulator(exe, commandLine)) return true;
    const times = isThread(pid) ? undefined : readTimes(pid);
    if (times === undefined) return false;
    const { startedAt } = times;
    vms.set(pid, { key: keyOf(identity), startedAt, stat: keepStat(pid), cgroup: findCgroup(pid) });
    return false;
  };

  const lookForNew = (): void => {
    for (const { pid, isYoung } of readNew()) if (!vms.has(pid) && lookAt(pid) && isYoung) young.set(pid, 0);
  };

  const lookAgain = (): void => {
    for (const [pid, readings] of young) {
      young.set(pid, readings + 1);
      if (!secondLooks.has(readings + 1)) continue;
      const isDone = readings + 1 >= lastLook || (readings === 0 && isThread(pid));
      if (isDone || vms.has(pid) || !lookAt(pid)) young.delete(pid);
    }
  };

  /** A file that is empty is just being written, as those of a made host are: what was read before stands. */
  const readVm = (pid: number, { key, startedAt, stat, cgroup }: KnownVm): VmProcess | undefined => {
    const [ofProcess, ofCgroup] = [stat.read(), cgroup?.read()];
    const before = last.get(pid);
    if ((ofProcess === '' || ofCgroup === '') && before?.startedAt === startedAt) return before;
    const times = parseProcessTimes(ofProcess ?? '');
    if (times === undefined || times.startedAt !== startedAt) return undefined;
    const cgroupSeconds = ofCgroup === undefined ? undefined : parseCgroupSeconds(ofCgroup);
    if (cgroup !== undefined && cgroupSeconds !== undefined)
      return { pid, key, startedAt, source: cgroup.path, cpuSeconds: cgroupSeconds };
    return { pid, key, startedAt, source: '', cpuSeconds: times.cpuSeconds + vhosts.secondsFor(pid) };
  };

  const readKnown = (pid: number): VmProcess | undefined => {
    const vm = vms.get(pid);
    return vm === undefined ? undefined : readVm(pid, vm);
  };
  /** The process has ended; another may have its number. */
  const readAnother = (pid: number): VmProcess | undefined => {
    vms.get(pid)?.stat.close();
    vms.get(pid)?.cgroup?.close();
    vms.delete(pid);
    vhosts.forget(pid);
    if (lookAt(pid)) young.set(pid, 0);
    return readKnown(pid);
  };
  /** A cgroup in which several VMs run is of none of them. */
  const leaveSharedCgroups = (found: Map<number, VmProcess>): void => {
    const users = new Map<string, string>();
    const shared = new Set<string>();
    for (const { source, key } of found.values()) {
      if (source === '') continue;
      if ((users.get(source) ?? key) !== key) shared.add(source);
      users.set(source, key);
    }
    if (shared.size === 0) return;
    for (const { pid, source } of [...found.values()]) {
      const vm = vms.get(pid);
      if (!shared.has(source) || vm === undefined) continue;
      vm.cgroup?.close();
      vms.set(pid, { ...vm, cgroup: undefined });
      const read = readKnown(pid);
      if (read !== undefined) found.set(pid, read);
    }
  };

  return {
    read() {
      lookAgain();
      lookForNew();
      const found = new Map<number, VmProcess>();
      for (const pid of [...vms.keys()]) {
        const read = readKnown(pid) ?? readAnother(pid);
        if (read !== undefined) found.set(pid, read);
      }
      leaveSharedCgroups(found);
      last = found;
      return found;
    },
  };
};
