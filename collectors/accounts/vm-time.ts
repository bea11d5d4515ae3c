/**
 * How long a VM ran since it was seen last, and for how much of that it was measured.
 *
 * A VM runs between two steps where it runs at the second one. Whether it was measured is decided when a reading of
 * its host comes, or when none has come for too long.
 */
import { mayHaveProcess, type Vm } from '../../lib/one/vm.ts';
import type { VmAccount } from './accounts.ts';
import type { Settlement } from './settlement.ts';

/** From a moment to a later one. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export interface VmTime {
  readonly measured: Stretch | undefined;
  readonly unmeasured: readonly Stretch[];
  /** How long it has existed since it was seen last. */
  readonly life: Stretch | undefined;
  readonly settledAt: number;
}

export interface VmScene {
  readonly vm: Vm;
  readonly before: VmAccount | undefined;
  /** `undefined`: this is the first step. */
  readonly lastStepAt: number | undefined;
  readonly at: number;
  /** What the clock on the wall is ahead of the exporter's. */
  readonly wallOffsetMs: number;
  /** Of its host; `undefined` where nothing new is known of that. */
  readonly settlement: Settlement | undefined;
  readonly longestGapMs: number;
}

const stretch = (from: number, to: number): Stretch | undefined => (to > from ? { from, to } : undefined);
const noStretches: readonly Stretch[] = [];
const listOf = (one: Stretch | undefined): readonly Stretch[] => (one === undefined ? noStretches : [one]);

/** Since when a VM is there that was not seen before: since its document says, but not longer than the last step. */
const birth = ({ vm, lastStepAt, at, wallOffsetMs, longestGapMs }: VmScene): number => {
  if (lastStepAt === undefined) return at;
  const seconds = Number(vm.startTime);
  const born =
    vm.startTime !== undefined && Number.isSafeInteger(seconds)
      ? seconds * 1000 - wallOffsetMs
      : at - longestGapMs;
  return Math.min(at, Math.max(lastStepAt, born));
};

/** Since when it was there at all steps: one that has come back was elsewhere meanwhile. */
const thereSince = (scene: VmScene): number => {
  const { before, lastStepAt = 0 } = scene;
  return before === undefined ? birth(scene) : Math.max(before.seenAt, lastStepAt);
};

/** Since when it runs, or up to when that is settled. */
const runsSince = (scene: VmScene): number => {
  const { before, lastStepAt, at } = scene;
  if (before === undefined) return birth(scene);
  const wasThere = before.isRunning && thereSince(scene) === before.seenAt;
  return Math.min(at, wasThere ? before.settledAt : (lastStepAt ?? at));
};

/** Of a VM that runs no more: what was not decided yet is unmeasured. */
export const endVmTime = (before: VmAccount): Stretch | undefined =>
  before.isRunning ? stretch(before.settledAt, before.seenAt) : undefined;

export const settleVmTime = (scene: VmScene): VmTime => {
  const { vm, before, at, settlement, longestGapMs } = scene;
  const life = stretch(thereSince(scene), at);
  if (!mayHaveProcess(vm)) {
    const ended = before === undefined ? undefined : endVmTime(before);
    return { measured: undefined, unmeasured: listOf(ended), life, settledAt: at };
  }
  const since = runsSince(scene);
  if (settlement === undefined) {
    if (at - since <= longestGapMs) return { measured: undefined, unmeasured: [], life, settledAt: since };
    return { measured: undefined, unmeasured: listOf(stretch(since, at)), life, settledAt: at };
  }
  const to = Math.max(since, settlement.to);
  const isSeen = settlement.vms?.has(vm.id) === true;
  const measuredFrom = isSeen ? Math.max(since, settlement.from) : to;
  return {
    measured: stretch(measuredFrom, to),
    unmeasured: listOf(stretch(since, Math.min(measuredFrom, to))),
    life,
    settledAt: to,
  };
};

/** Of a VM whose time another part of the cloud counts since it was seen here last: what was not decided until then. */
export const settlePassingTime = (
  before: VmAccount | undefined,
  at: number,
  settlement: Settlement | undefined,
): VmTime => {
  const { settledAt, seenAt } = before ?? { settledAt: at, seenAt: at };
  const to = Math.min(seenAt, settlement?.to ?? settledAt);
  if (before?.isRunning !== true || settlement === undefined || to <= settledAt)
    return { measured: undefined, unmeasured: noStretches, life: undefined, settledAt };
  const from = Math.min(to, Math.max(settledAt, settlement.from));
  return {
    measured: stretch(from, to),
    unmeasured: listOf(stretch(settledAt, from)),
    life: undefined,
    settledAt: to,
  };
};
