/** Brings the operator's factors and prices, hourly intensities and yearly factors together. */
import type { HourlyIntensities } from './hourly-intensities.ts';
import { localTime } from './local-time.ts';
import type { CarbonFactor, EnergyPlace, EnergyPrice, Rates, RatesAt } from './rates.ts';
import { type Rule, rulesFor, type Tariffs, valueAt } from './tariffs.ts';
import { yearlyFactor } from './yearly-factors.ts';

interface PlaceRules {
  readonly factors: readonly Rule<CarbonFactor>[];
  readonly prices: readonly Rule<EnergyPrice>[];
}

/**
 * The operator's own factor wins. Of the published ones, those by the hour count where they are given, and none by the
 * year beside them: two ways to count are not mixed.
 */
export const createRatesAt = (tariffs: Tariffs, hourly: HourlyIntensities | undefined): RatesAt => {
  const known = new Map<EnergyPlace, PlaceRules>();
  const rulesOf = (place: EnergyPlace): PlaceRules => {
    const before = known.get(place);
    if (before !== undefined) return before;
    const rules = { factors: rulesFor(tariffs.factors, place), prices: rulesFor(tariffs.prices, place) };
    known.set(place, rules);
    return rules;
  };
  let time = { at: Number.NaN, ...localTime(0) };
  return (place, at): Rates => {
    if (time.at !== at) time = { at, ...localTime(at) };
    const { factors, prices } = rulesOf(place);
    const published = (): CarbonFactor | undefined => {
      if (place.gridZone === '') return undefined;
      return hourly === undefined ? yearlyFactor(place.gridZone, time.year) : hourly.at(place.gridZone, at);
    };
    return {
      factor: valueAt(factors, at, time.hour) ?? published(),
      price: valueAt(prices, at, time.hour),
    };
  };
};
