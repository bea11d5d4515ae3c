/** This month's energy by owner, with its CO2 and cost as in reports, from the hours of the ledger. */
import { energyOf, type HourRows } from '../accounts/accounts.ts';
import type { RowVisitor } from '../accounts/rows.ts';
import type { RatesAt } from '../grid/rates.ts';
import { type Amounts, type AmountsByCurrency, addAmounts, noAmounts, sumIn } from '../usage/amounts.ts';
import { createUsageReader, type UsageReader } from '../usage/usage.ts';

export type OwnerUsages = ReadonlyMap<string, AmountsByCurrency>;

export interface MonthOwner {
  readonly owner: string;
  readonly kwh: number;
  /** Unknown where no carbon intensity is. */
  readonly co2Kg: number | undefined;
  /** Unknown where no price is, or where there are several currencies. */
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

export const createOwnerReader = (ratesAt: RatesAt): UsageReader =>
  createUsageReader({ grouping: 'owner', ratesAt, isVisible: () => true });

export const ownersRead = (reader: UsageReader): OwnerUsages =>
  new Map(reader.usages().map(({ names, parts }) => [String(names['USER_NAME'] ?? ''), parts]));

const sumOf = (all: Iterable<Amounts>): Amounts => {
  const sum = noAmounts();
  for (const one of all) addAmounts(sum, one);
  return sum;
};

export const sumUsages = (all: Iterable<OwnerUsages>): OwnerUsages => {
  const sums = new Map<string, AmountsByCurrency>();
  for (const usages of all)
    for (const [owner, parts] of usages) {
      const sum: AmountsByCurrency = sums.get(owner) ?? new Map();
      sums.set(owner, sum);
      for (const [currency, amounts] of parts)
        sum.set(currency, sumOf([sum.get(currency) ?? noAmounts(), amounts]));
    }
  return sums;
};

const visit = ({ hosts, vms }: HourRows, to: RowVisitor): void => {
  for (const host of hosts.values()) {
    const { hostId, total, rest, measuredMs, supplyBase, supply, pueBase, pue } = host;
    to.onHost(hostId, host);
    to.onDraw(hostId, total, rest, measuredMs, supplyBase, supply, pueBase, pue);
  }
  for (const vm of vms) {
    const { vmId, hostId, own, share, measuredMs, unmeasuredMs, lifeMs, gpu, gpuMs } = vm;
    to.onVm(vmId, vm);
    to.onUse(vmId, hostId, own, share, measuredMs, unmeasuredMs, lifeMs);
    if (gpuMs > 0) to.onGpu?.(vmId, hostId, gpu, gpuMs);
  }
};

/** The hours that are not in the ledger yet. */
export const usagesOfHours = (
  hours: ReadonlyMap<number, HourRows>,
  { from, to, ratesAt }: { readonly from: number; readonly to: number; readonly ratesAt: RatesAt },
): OwnerUsages => {
  const reader = createOwnerReader(ratesAt);
  for (const [hour, rows] of hours) if (hour >= from && hour < to) visit(rows, reader.visitor(hour, true));
  return ownersRead(reader);
};

const millijoulesPerKwh = 3.6e9;

export const ownersOf = (usages: OwnerUsages): readonly MonthOwner[] =>
  [...usages].map(([owner, parts]) => {
    const sum = sumOf(parts.values());
    const { measuredMs, unmeasuredMs, carbon, cost, origins } = sum;
    const running = measuredMs + unmeasuredMs;
    const currencies = [...parts.keys()].filter((currency) => currency !== '');
    return {
      owner,
      kwh: energyOf(sum) / millijoulesPerKwh,
      co2Kg: origins.size === 0 ? undefined : sumIn(carbon) / millijoulesPerKwh / 1000,
      cost: currencies.length === 1 ? sumIn(cost) / millijoulesPerKwh : undefined,
      coverage: running === 0 ? undefined : measuredMs / running,
    };
  });
