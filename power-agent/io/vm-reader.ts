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
import type { VmProcess } from '../vm-times.ts';
import { createNewProcesses } from './new-processes.ts';
import { tryReadText } from './read-text.ts';

/** A process becomes another program some time after its start: the readings after which it is looked at again. */
const secondLooks: readonly number[] = [1, 2, 3, 4, 5, 6, 8, 11, 15, 30];
const lastLook = Math.max(...secondLooks);

interface KnownVm {
  readonly domain: string;
  readonly uuid: string;
  readonly startedAt: number;
  /** The file with the CPU time of its cgroup, where it has one of its own. */
  readonly cgroupFile: string | undefined;
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
  /** Kernel threads that work for a VM: by the VM's pid. */
  const vhosts = new Map<number, Set<number>>();
  /** Processes that are no VM yet: by pid, the readings since they were seen first. */
  const young = new Map<number, number>();
  const readNew = createNewProcesses(procfs);
  let last: ReadonlyMap<number, VmProcess> = new Map();

  const fileOf = (pid: number, name: string): string => `${procfs}/${pid}/${name}`;
  const readTimes = (pid: number): ProcessTimes | undefined => {
    const text = tryReadText(fileOf(pid, 'stat'));
    return text === undefined ? undefined : parseProcessTimes(text);
  };
  const findCgroupFile = (pid: number): string | undefined => {
    const cgroup = vmCgroup(tryReadText(fileOf(pid, 'cgroup')) ?? '');
    if (cgroup === undefined) return undefined;
    const file = path.join(sysfs, 'fs/cgroup', cgroup, 'cpu.stat');
    return parseCgroupSeconds(tryReadText(file) ?? '') === undefined ? undefined : file;
  };
  const isThread = (pid: number): boolean => {
    const group = /^Tgid:\s*(\d+)$/m.exec(tryReadText(fileOf(pid, 'status')) ?? '')?.[1];
    return group !== undefined && Number(group) !== pid;
  };

  /** Whether it is worth another look. */
  const lookAt = (pid: number): boolean => {
    const commandLine = tryReadText(fileOf(pid, 'cmdline'));
    if (commandLine === undefined) return false;
    if (commandLine === '') {
      const owner = vhostOwner(tryReadText(fileOf(pid, 'stat')) ?? '');
      if (owner !== undefined) vhosts.set(owner, (vhosts.get(owner) ?? new Set()).add(pid));
      return owner === undefined;
    }
    const identity = vmOfCommandLine(commandLine);
    if (identity === undefined) return true;
    if (!isEmulator(readExe(fileOf(pid, 'exe')), commandLine)) return true;
    const times = readTimes(pid);
    if (times !== undefined && !isThread(pid))
      vms.set(pid, { ...identity, startedAt: times.startedAt, cgroupFile: findCgroupFile(pid) });
    return false;
  };

  const lookForNew = (): void => {
    for (const { pid, isYoung } of readNew()) if (!vms.has(pid) && lookAt(pid) && isYoung) young.set(pid, 0);
  };

  const lookAgain = (): void => {
    for (const [pid, readings] of young) {
      young.set(pid, readings + 1);
      if (!secondLooks.includes(readings + 1)) continue;
      if (!lookAt(pid) || readings + 1 >= lastLook) young.delete(pid);
    }
  };

  const vhostSeconds = (owner: number): number => {
    let sum = 0;
    for (const pid of vhosts.get(owner) ?? []) {
      const text = tryReadText(fileOf(pid, 'stat')) ?? '';
      if (vhostOwner(text) === owner) sum += parseProcessTimes(text)?.cpuSeconds ?? 0;
      else vhosts.get(owner)?.delete(pid);
    }
    return sum;
  };

  /** A file that is empty is just being written, as those of a made host are: what was read before stands. */
  const readVm = (pid: number, vm: KnownVm): VmProcess | undefined => {
    const stat = tryReadText(fileOf(pid, 'stat'));
    const cgroup = vm.cgroupFile === undefined ? undefined : tryReadText(vm.cgroupFile);
    const before = last.get(pid);
    if ((stat === '' || cgroup === '') && before?.startedAt === vm.startedAt) return before;
    const times = parseProcessTimes(stat ?? '');
    if (times === undefined || times.startedAt !== vm.startedAt) return undefined;
    const ofCgroup = cgroup === undefined ? undefined : parseCgroupSeconds(cgroup);
    const { domain, uuid, startedAt } = vm;
    if (ofCgroup !== undefined)
      return { pid, domain, uuid, startedAt, source: vm.cgroupFile ?? '', cpuSeconds: ofCgroup };
    return { pid, domain, uuid, startedAt, source: '', cpuSeconds: times.cpuSeconds + vhostSeconds(pid) };
  };

  const readKnown = (pid: number): VmProcess | undefined => {
    const vm = vms.get(pid);
    return vm === undefined ? undefined : readVm(pid, vm);
  };
  /** The process has ended; another may have its number. */
  const readAnother = (pid: number): VmProcess | undefined => {
    vms.delete(pid);
    vhosts.delete(pid);
    lookAt(pid);
    return readKnown(pid);
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
      last = found;
      return found;
    },
  };
};
