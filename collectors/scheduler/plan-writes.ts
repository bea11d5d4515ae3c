/** Which hosts are written for the scheduler now: each write costs oned the whole body of the host, which it replicates. */
import type { Host, SchedulerAttributes } from '../../lib/one/host.ts';
import { awaitsReading, isWorthWriting } from './host-attributes.ts';

const leastBetweenMs = 60_000;
/** An agent that was started anew gives no power at its first reading: what was known of its host holds for so long. */
const heldMs = 60_000;

export interface Written {
  readonly attributes: SchedulerAttributes;
  readonly at: number;
}

export interface WriteQuestion {
  readonly hosts: readonly Pick<Host, 'id' | 'schedulerAttributes'>[];
  /** When the hosts were read. */
  readonly hostsReadAt: number;
  /** By host id, as the next three. */
  readonly wanted: ReadonlyMap<number, SchedulerAttributes>;
  /** What we wrote last. */
  readonly written: ReadonlyMap<number, Written>;
  /** When we tried to write last, also where that failed. */
  readonly triedAt: ReadonlyMap<number, number>;
  /** Since when hosts whose power was known have had none. */
  readonly unknownSince: ReadonlyMap<number, number>;
  readonly now: number;
}

export interface WritePlan {
  readonly writes: readonly (readonly [hostId: number, attributes: SchedulerAttributes])[];
  readonly unknownSince: ReadonlyMap<number, number>;
}

/** All times are in milliseconds of one clock. */
export const planWrites = (question: WriteQuestion): WritePlan => {
  const { hosts, hostsReadAt, wanted, written, triedAt, now } = question;
  const writes: (readonly [number, SchedulerAttributes])[] = [];
  const unknownSince = new Map<number, number>();
  for (const { id, schedulerAttributes } of hosts) {
    const [own, attributes] = [written.get(id), wanted.get(id)];
    if (attributes === undefined) continue;
    // A document that was read before our own write does not have it yet.
    const found = own !== undefined && hostsReadAt <= own.at ? own.attributes : schedulerAttributes;
    const since = question.unknownSince.get(id) ?? now;
    const isAwaited = awaitsReading(found, attributes);
    if (isAwaited) unknownSince.set(id, since);
    const isTooSoon = now - (triedAt.get(id) ?? Number.NEGATIVE_INFINITY) < leastBetweenMs;
    if (isTooSoon || (isAwaited && now - since < heldMs)) continue;
    if (isWorthWriting(found, attributes)) writes.push([id, attributes]);
  }
  return { writes, unknownSince };
};
