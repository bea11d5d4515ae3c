/** CPU time of VMs between two readings: processes come, go, and give their pid to others. */
import type { VmIdentity } from './processes.ts';

/** A VM's process as it was read. */
export interface VmProcess {
  readonly pid: number;
  /** Of the VM. */
  readonly key: string;
  readonly startedAt: number;
  /** The cgroup in which its CPU time was read, '' where it was read of the process: another place counts from elsewhere. */
  readonly source: string;
  readonly cpuSeconds: number;
}

export const keyOf = ({ domain, uuid }: VmIdentity): string => `${domain}\n${uuid}`;

export const identityOf = (key: string): VmIdentity => {
  const [domain = '', uuid = ''] = key.split('\n');
  return { domain, uuid };
};

const isSame = (one: VmProcess, other: VmProcess): boolean =>
  one.startedAt === other.startedAt && one.source === other.source && one.key === other.key;

/**
 * By the VM's key. A process that is seen for the first time has used nothing: nobody knows since when. Processes of a
 * VM in one cgroup have the time of that cgroup together.
 */
export const vmSecondsBetween = (
  before: ReadonlyMap<number, VmProcess>,
  after: ReadonlyMap<number, VmProcess>,
): ReadonlyMap<string, number> => {
  const seconds = new Map<string, number>();
  const counted = new Set<string>();
  for (const [pid, now] of after) {
    const { key, source } = now;
    const earlier = before.get(pid);
    const isCounted = earlier !== undefined && isSame(earlier, now) && !counted.has(source);
    if (isCounted && source !== '') counted.add(source);
    const used = isCounted ? Math.max(0, now.cpuSeconds - earlier.cpuSeconds) : 0;
    seconds.set(key, (seconds.get(key) ?? 0) + used);
  }
  return seconds;
};
