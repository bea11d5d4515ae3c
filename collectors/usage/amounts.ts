/** What a line of a report sums. */
import type { VmAmounts } from '../accounts/accounts.ts';
import { addVmAmounts, type Mutable } from '../accounts/booking.ts';
import type { FactorOrigin, Rates } from '../grid/rates.ts';

/**
 * A sum of millions of products, as exact as its last digit: what each addition has rounded away is summed too (Neumaier).
 * So money does not depend on how, and in which order, rows are grouped.
 */
export interface ExactSum {
  sum: number;
  lost: number;
}
const noSum = (): ExactSum => ({ sum: 0, lost: 0 });
const addExactly = (to: ExactSum, value: number): void => {
  const sum = to.sum + value;
  to.lost += Math.abs(to.sum) >= Math.abs(value) ? to.sum - sum + value : value - sum + to.sum;
  to.sum = sum;
};
const addSum = (to: ExactSum, { sum, lost }: ExactSum): void => {
  addExactly(to, sum);
  to.lost += lost;
};
export const sumIn = ({ sum, lost }: ExactSum): number => sum + lost;

/** In millijoules and milliseconds; of one currency. */
export interface Amounts extends Mutable<VmAmounts> {
  /** Energy for which the supply factor of the machine was known, and what the machine drew for it. */
  supplyBase: number;
  supply: number;
  /** The same of the site, of what machines drew. */
  pueBase: number;
  pue: number;
  /** With supply factor and PUE, where they are known; of each row of the ledger in whole millijoules. */
  site: number;
  /** Of that, energy of which the factor is known, and what that comes to in grams times millijoules a kilowatt-hour. */
  withFactor: number;
  readonly carbon: ExactSum;
  /** The same of prices. */
  withPrice: number;
  readonly cost: ExactSum;
  readonly origins: Set<FactorOrigin>;
  lastOrigin: FactorOrigin | undefined;
}

/** Field by field: sums of objects that were made by a spread take twice as long. */
export const noAmounts = (): Amounts => ({
  own: 0,
  share: 0,
  measuredMs: 0,
  unmeasuredMs: 0,
  lifeMs: 0,
  gpu: 0,
  gpuMs: 0,
  supplyBase: 0,
  supply: 0,
  pueBase: 0,
  pue: 0,
  site: 0,
  withFactor: 0,
  carbon: noSum(),
  withPrice: 0,
  cost: noSum(),
  origins: new Set(),
  lastOrigin: undefined,
});

/** What an hour's energy of a host is multiplied by in the end; `undefined` where it is not known. */
export interface LastFactors {
  supply: number | undefined;
  /** That part of the energy of the host for which the supply factor was known. */
  supplyPart: number;
  pue: number | undefined;
  /** The same of the PUE, and of what the machine drew. */
  puePart: number;
}
export const noFactors = (): LastFactors => ({
  supply: undefined,
  supplyPart: 0,
  pue: undefined,
  puePart: 0,
});

export const addEnergy = (
  to: Amounts,
  measured: number,
  { supply, supplyPart, pue, puePart }: LastFactors,
  { factor, price }: Rates,
): void => {
  let energy = measured;
  if (supply !== undefined) {
    const base = energy * supplyPart;
    to.supplyBase += base;
    to.supply += base * supply;
    energy += base * (supply - 1);
  }
  if (pue !== undefined) {
    const base = energy * puePart;
    to.pueBase += base;
    to.pue += base * pue;
    energy += base * (pue - 1);
  }
  energy = Math.round(energy);
  to.site += energy;
  if (factor !== undefined) {
    to.withFactor += energy;
    addExactly(to.carbon, energy * factor.gramsPerKwh);
    if (to.lastOrigin !== factor.origin) to.origins.add(factor.origin);
    to.lastOrigin = factor.origin;
  }
  if (price !== undefined) {
    to.withPrice += energy;
    addExactly(to.cost, energy * price.perKwh);
  }
};

export const addAmounts = (to: Amounts, from: Amounts): void => {
  addVmAmounts(to, from);
  to.supplyBase += from.supplyBase;
  to.supply += from.supply;
  to.pueBase += from.pueBase;
  to.pue += from.pue;
  to.site += from.site;
  to.withFactor += from.withFactor;
  addSum(to.carbon, from.carbon);
  to.withPrice += from.withPrice;
  addSum(to.cost, from.cost);
  for (const origin of from.origins) to.origins.add(origin);
};

/**
 * By currency, as two are never added; what has no price stands under ''. It belongs to the first currency, if there
 * is one.
 */
export type AmountsByCurrency = Map<string, Amounts>;

export const inOneCurrencyEach = (parts: AmountsByCurrency): ReadonlyMap<string, Amounts> => {
  const [first, ...others] = [...parts.keys()].filter((currency) => currency !== '').sort();
  const unpriced = parts.get('');
  if (first === undefined || unpriced === undefined) return parts;
  const joined = noAmounts();
  for (const part of [parts.get(first), unpriced]) if (part !== undefined) addAmounts(joined, part);
  return new Map([
    [first, joined],
    ...others.map((currency): [string, Amounts] => [currency, parts.get(currency) ?? noAmounts()]),
  ]);
};
