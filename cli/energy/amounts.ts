/** What a line of a report sums. */
import type { CarbonFactor, Rates } from '../../collectors/grid/rates.ts';

/** In millijoules and milliseconds; of one currency. */
export interface Amounts {
  own: number;
  share: number;
  measuredMs: number;
  unmeasuredMs: number;
  lifeMs: number;
  /** Energy of which the factor is known, and what that comes to in grams times millijoules a kilowatt-hour. */
  withFactor: number;
  carbon: number;
  /** The same of prices. */
  withPrice: number;
  cost: number;
  readonly factors: Set<CarbonFactor>;
  lastFactor: CarbonFactor | undefined;
}

export const noAmounts = (): Amounts => ({
  own: 0,
  share: 0,
  measuredMs: 0,
  unmeasuredMs: 0,
  lifeMs: 0,
  withFactor: 0,
  carbon: 0,
  withPrice: 0,
  cost: 0,
  factors: new Set(),
  lastFactor: undefined,
});

export const addEnergy = (to: Amounts, energy: number, { factor, price }: Rates): void => {
  if (factor !== undefined) {
    to.withFactor += energy;
    to.carbon += energy * factor.gramsPerKwh;
    if (to.lastFactor !== factor) to.factors.add(factor);
    to.lastFactor = factor;
  }
  if (price !== undefined) {
    to.withPrice += energy;
    to.cost += energy * price.perKwh;
  }
};

export const addAmounts = (to: Amounts, from: Amounts): void => {
  to.own += from.own;
  to.share += from.share;
  to.measuredMs += from.measuredMs;
  to.unmeasuredMs += from.unmeasuredMs;
  to.lifeMs += from.lifeMs;
  to.withFactor += from.withFactor;
  to.carbon += from.carbon;
  to.withPrice += from.withPrice;
  to.cost += from.cost;
  for (const factor of from.factors) to.factors.add(factor);
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
