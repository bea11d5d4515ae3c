/** CPU time of VMs between two readings: processes come, go, and give their pid to others. */
import type { VmIdentity } from './processes.ts';

/** A VM's process as it was read. */
export interface VmProcess extends VmIdentity {
  readonly pid: number;
  readonly startedAt: number;
  /** Where its CPU time was read: another place counts from elsewhere. */
  readonly source: string;
  readonly cpuSeconds: number;
}

export const keyOf = ({ domain, uuid }: VmIdentity): string => `${domain}\n${uuid}`;

export const identityOf = (key: string): VmIdentity => {
  const [domain = '', uuid = ''] = key.split('\n');
  return { domain, uuid };
};

const isSame = (one: VmProcess, other: VmProcess): boolean =>
  one.startedAt === other.startedAt && one.source === other.source && keyOf(one) === keyOf(other);

/** By the VM's key. A process that is seen for the first time has used nothing: nobody knows since when. */
export const vmSecondsBetween = (
  before: ReadonlyMap<number, VmProcess>,
  after: ReadonlyMap<number, VmProcess>,
): ReadonlyMap<string, number> => {
  const seconds = new Map<string, number>();
  for (const [pid, now] of after) {
    const earlier = before.get(pid);
    const used =
      earlier !== undefined && isSame(earlier, now) ? Math.max(0, now.cpuSeconds - earlier.cpuSeconds) : 0;
    seconds.set(keyOf(now), (seconds.get(keyOf(now)) ?? 0) + used);
  }
  return seconds;
};
