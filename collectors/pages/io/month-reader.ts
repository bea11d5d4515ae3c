/**
 * Sums this month of the ledger by owner. A day that is over is read once, and the hours that are still counted come
 * from the accounts in memory: so an open page costs the ledger one read an hour.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { reasonOf } from '../../../lib/errors/oneext-error.ts';
import { isMissing } from '../../../lib/errors/system-error.ts';
import type { Accounts } from '../../accounts/accounts.ts';
import { dayOf, readLedger } from '../../accounts/io/read-ledger.ts';
import { readRows } from '../../accounts/rows.ts';
import { noRates, type RatesAt } from '../../grid/rates.ts';
import {
  createOwnerReader,
  type MonthView,
  type OwnerUsages,
  ownersOf,
  ownersRead,
  sumUsages,
  usagesOfHours,
} from '../month.ts';

export interface MonthReader {
  /** What is known now; what is not is read meanwhile. */
  get(accounts: Accounts | undefined): MonthView;
  /** Resolves when what is being read is. */
  settled(): Promise<void>;
}

export interface MonthReaderOptions {
  readonly folder: () => string;
  readonly now: () => number;
  /** The operator's own factors and prices: days are summed anew when they change. */
  readonly tariffs: () => unknown;
  /** Factors and prices of now; does not fail. */
  readonly readRates: () => Promise<RatesAt>;
}

const dayMs = 86_400_000;
/** What could not be read is tried again after this time. */
const tryAgainMs = 60_000;

interface Range {
  readonly from: number;
  readonly to: number;
}

/** The month in local time, as reports have it. */
const monthAt = (ms: number): Range & { readonly name: string } => {
  const date = new Date(ms);
  const [year, month] = [date.getFullYear(), date.getMonth()];
  return {
    from: new Date(year, month, 1).getTime(),
    to: new Date(year, month + 1, 1).getTime(),
    name: `${year}-${String(month + 1).padStart(2, '0')}`,
  };
};

/** @param open whether an hour is still counted in memory */
const readDay = async (
  folder: string,
  range: Range,
  ratesAt: RatesAt,
  open: (sequence: number, hour: number) => boolean,
  onDamage: () => void,
): Promise<OwnerUsages> => {
  const reader = createOwnerReader(ratesAt);
  await readLedger(folder, range, {
    onHour({ body, sequence, hour }, isInRange) {
      readRows(body, reader.visitor(hour, isInRange && !open(sequence, hour)));
    },
    onNamesLost: reader.forgetNames,
    onDamage,
  });
  return ownersRead(reader);
};

const unknownRates: RatesAt = () => noRates;
const beingRead = (month: string): MonthView => ({ month, problem: 'The ledger is being read.', owners: [] });

interface Read {
  readonly from: number;
  /** Of the accounts that it belongs to; `undefined` where the ledger could not be read. */
  readonly sequence: number | undefined;
  readonly usages: OwnerUsages;
  readonly ratesAt: RatesAt;
  readonly problem: string | undefined;
}

export const createMonthReader = ({ folder, now, tariffs, readRates }: MonthReaderOptions): MonthReader => {
  const days = new Map<string, OwnerUsages>();
  let daysAreOf: unknown;
  let last: Read | undefined;
  let shown: { readonly accounts: Accounts; readonly last: Read; readonly view: MonthView } | undefined;
  let running: Promise<void> | undefined;
  let notCounted: MonthView = {
    month: '',
    problem: 'Energy is not counted: see --energy.directory, and the log of the exporter.',
    owners: [],
  };
  let triedAt = Number.NEGATIVE_INFINITY;

  const readMonth = async ({ batch }: Accounts, { from, to }: Range): Promise<Read> => {
    const ratesAt = await readRates();
    const all: OwnerUsages[] = [];
    let damages = 0;
    const isOpen = (sequence: number, hour: number): boolean =>
      sequence === batch.sequence && batch.hours.has(hour);
    const end = Math.min(to, now() + dayMs);
    for (let day = Math.floor(from / dayMs) * dayMs; day < end; day += dayMs) {
      const range = { from: Math.max(from, day), to: Math.min(to, day + dayMs) };
      const key = `${dayOf(day)} ${range.from}`;
      const before = damages;
      const usages =
        days.get(key) ??
        (await readDay(folder(), range, ratesAt, isOpen, () => {
          damages += 1;
        }));
      all.push(usages);
      // The last hours of a day come to the ledger on the next one.
      if (now() - day > 2 * dayMs && damages === before) days.set(key, usages);
      await breathe();
    }
    const problem =
      damages === 0
        ? undefined
        : 'Parts of the ledger are damaged, and their energy is missing here: oneext energy verify shows where.';
    return { from, sequence: batch.sequence, usages: sumUsages(all), ratesAt, problem };
  };

  const refresh = async (accounts: Accounts, range: Range): Promise<void> => {
    triedAt = now();
    if (last?.from !== range.from || daysAreOf !== tariffs()) days.clear();
    daysAreOf = tariffs();
    try {
      last = await readMonth(accounts, range);
    } catch (thrown) {
      const problem = isMissing(thrown) ? undefined : `The ledger cannot be read: ${reasonOf(thrown)}`;
      last = { from: range.from, sequence: undefined, usages: new Map(), ratesAt: unknownRates, problem };
    } finally {
      running = undefined;
    }
  };

  return {
    get(accounts) {
      const month = monthAt(now());
      if (accounts === undefined) {
        if (notCounted.month !== month.name) notCounted = { ...notCounted, month: month.name };
        return notCounted;
      }
      const isCurrent = last?.from === month.from && last.sequence === accounts.batch.sequence;
      const mayTry = last?.sequence !== undefined || last === undefined || now() - triedAt >= tryAgainMs;
      if (!isCurrent && running === undefined && mayTry) running = refresh(accounts, month);
      if (last?.from !== month.from) return beingRead(month.name);
      // While it is read again, what was shown is complete.
      if (running !== undefined && shown?.view.month === month.name) return shown.view;
      if (shown?.accounts === accounts && shown.last === last) return shown.view;
      const open = usagesOfHours(accounts.batch.hours, { ...month, ratesAt: last.ratesAt });
      const owners = ownersOf(sumUsages([last.usages, open]));
      shown = { accounts, last, view: { month: month.name, problem: last.problem, owners } };
      return shown.view;
    },
    settled: () => running ?? Promise.resolve(),
  };
};
