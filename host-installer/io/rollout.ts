/** The same work on many hosts, so many at once. A host that fails stops no other. */
import { allEnded, createLimit } from '../../lib/io/concurrency.ts';
import type { HostTarget } from '../choose-hosts.ts';
import { type HostRecord, notBegun } from '../last-run.ts';

export interface RolloutOptions {
  readonly jobs: number;
  /** When it is aborted, no further host is begun. */
  readonly stop: AbortSignal;
  /** Must not throw. */
  readonly work: (target: HostTarget) => Promise<HostRecord>;
  /** Called with all records, in the order of the targets, whenever one has ended. */
  readonly onEnd: (records: readonly HostRecord[]) => void;
}

/** In the order of the targets; those that were not begun are `not begun`. */
export const rollOut = async (
  targets: readonly HostTarget[],
  { jobs, stop, work, onEnd }: RolloutOptions,
): Promise<readonly HostRecord[]> => {
  const limit = createLimit(jobs);
  const records = targets.map(notBegun);
  await allEnded(
    targets.map((target, at) =>
      limit(async () => {
        if (stop.aborted) return;
        records[at] = await work(target);
        onEnd([...records]);
      }),
    ),
  );
  return records;
};
