/** What /proc tells of processes and CPUs: https://man7.org/linux/man-pages/man5/proc.5.html */
import { isQemuName } from '../lib/one/emulator.ts';

/** Ticks of the kernel's clock in a second, as it shows them to programs: 100 on all machines that run KVM. */
export const ticksPerSecond = 100;

export interface ProcessTimes {
  /** Ticks since the start of the system: with the pid, the identity of a process. */
  readonly startedAt: number;
  /** Of all its threads, time of guests within. */
  readonly cpuSeconds: number;
}

/** Parses /proc/PID/stat. The name stands in parentheses, and may hold any character. */
export const parseProcessTimes = (text: string): ProcessTimes | undefined => {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ', 20);
  const [user, system, startedAt] = [fields[11], fields[12], fields[19]].map(Number);
  if (user === undefined || system === undefined || startedAt === undefined) return undefined;
  const cpuSeconds = (user + system) / ticksPerSecond;
  return Number.isFinite(cpuSeconds) && Number.isFinite(startedAt) ? { startedAt, cpuSeconds } : undefined;
};

/** Of a kernel thread that moves packets for a VM, on kernels before 6.4: the pid of the VM's process. */
export const vhostOwner = (text: string): number | undefined => {
  const owner = /\(vhost-(\d+)\)/.exec(text)?.[1];
  return owner === undefined ? undefined : Number(owner);
};

export interface VmIdentity {
  /** As libvirt names it: `one-524`. */
  readonly domain: string;
  /** '' where the command line has none. */
  readonly uuid: string;
}

const baseName = (file: string): string => file.replace(/ \(deleted\)$/, '').replace(/^.*\//, '');
const valueAfter = (words: readonly string[], option: string): string | undefined => {
  const at = words.indexOf(option);
  return at < 0 ? undefined : words[at + 1];
};

/** QEMU's options stand between single commas; a comma in a value is doubled. The first may be the name alone. */
const guestName = (value: string): string => {
  const options = (value.match(/(?:[^,]|,,)+/g) ?? []).map((option) => option.replaceAll(',,', ','));
  const named = options.find((option) => option.startsWith('guest='))?.slice('guest='.length);
  const [first = ''] = options;
  return named ?? (/^(?:process|debug-threads)=/.test(first) ? '' : first);
};

/**
 * Which VM a command line runs, whose words end with NUL each; `undefined` where it runs none.
 *
 * libvirt writes `-name guest=one-524,debug-threads=on -uuid ...`.
 */
export const vmOfCommandLine = (commandLine: string): VmIdentity | undefined => {
  const words = commandLine.split('\0');
  const domain = guestName(valueAfter(words, '-name') ?? '');
  return domain === '' ? undefined : { domain, uuid: valueAfter(words, '-uuid') ?? '' };
};

/** @param exe the path of the program; `undefined` where it may not be read: the command line's first word decides */
export const isEmulator = (exe: string | undefined, commandLine: string): boolean =>
  isQemuName(baseName(exe ?? commandLine.split('\0', 1)[0] ?? ''));

/**
 * The cgroup of version 2 that holds all of a VM and nothing else, from /proc/PID/cgroup: systemd's scope of the
 * machine, or the folder that libvirt makes where there is no systemd.
 */
export const vmCgroup = (text: string): string | undefined =>
  /^0::(\/(?:[^\n]*\/)?(?:machine-qemu[^/\n]*\.scope|qemu-\d+-[^/\n]*\.libvirt-qemu))(?:\/|$)/m.exec(
    text,
  )?.[1];

/** Parses cpu.stat of a cgroup: CPU seconds of all that ran in it. */
export const parseCgroupSeconds = (text: string): number | undefined => {
  const usage = /^usage_usec (\d+)$/m.exec(text)?.[1];
  return usage === undefined ? undefined : Number(usage) / 1e6;
};

/** The process that was started last, from /proc/loadavg; its number grows with each start, until it begins anew. */
export const parseLastPid = (text: string): number | undefined => {
  const pid = /^\S+ \S+ \S+ \d+\/\d+ (\d+)/.exec(text)?.[1];
  return pid === undefined ? undefined : Number(pid);
};
