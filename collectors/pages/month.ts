/** This month's energy by owner, from the hours of the ledger. */
import type { HourRows } from '../accounts/accounts.ts';

/** In millijoules and milliseconds. */
export interface OwnerUsage {
  readonly energy: number;
  readonly measuredMs: number;
  readonly unmeasuredMs: number;
}
export type OwnerUsages = ReadonlyMap<string, OwnerUsage>;

export interface MonthOwner {
  readonly owner: string;
  readonly kwh: number;
  /** Unknown where no carbon intensity is. */
  readonly co2Kg: number | undefined;
  /** Unknown where no price is. */
  readonly cost: number | undefined;
  /** For which part of the time in which its VMs ran they were measured. */
  readonly coverage: number | undefined;
}

export interface MonthView {
  /** `2026-11`, in local time. */
  readonly month: string;
  /** Why there is nothing to show, or why it is not all. */
  readonly problem: string | undefined;
  readonly owners: readonly MonthOwner[];
}

const nothing: OwnerUsage = { energy: 0, measuredMs: 0, unmeasuredMs: 0 };

export const addUsage = (sums: Map<string, OwnerUsage>, owner: string, usage: OwnerUsage): void => {
  const before = sums.get(owner) ?? nothing;
  sums.set(owner, {
    energy: before.energy + usage.energy,
    measuredMs: before.measuredMs + usage.measuredMs,
    unmeasuredMs: before.unmeasuredMs + usage.unmeasuredMs,
  });
};

export const sumUsages = (all: Iterable<OwnerUsages>): OwnerUsages => {
  const sums = new Map<string, OwnerUsage>();
  for (const usages of all) for (const [owner, usage] of usages) addUsage(sums, owner, usage);
  return sums;
};

/** The hours that are not in the ledger yet. */
export const usagesOfHours = (
  hours: ReadonlyMap<number, HourRows>,
  from: number,
  to: number,
): OwnerUsages => {
  const sums = new Map<string, OwnerUsage>();
  for (const [hour, { vms }] of hours) {
    if (hour < from || hour >= to) continue;
    for (const { owner, own, share, measuredMs, unmeasuredMs } of vms.values())
      addUsage(sums, owner, { energy: own + share, measuredMs, unmeasuredMs });
  }
  return sums;
};

export const ownersOf = (usages: OwnerUsages): readonly MonthOwner[] =>
  [...usages].map(([owner, { energy, measuredMs, unmeasuredMs }]) => {
    const running = measuredMs + unmeasuredMs;
    return {
      owner,
      kwh: energy / 3.6e9,
      co2Kg: undefined,
      cost: undefined,
      coverage: running === 0 ? undefined : measuredMs / running,
    };
  });
