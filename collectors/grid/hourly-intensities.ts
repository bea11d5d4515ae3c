/**
 * CO2 of a kilowatt-hour by the hour, from answers of public services:
 *
 * - Electricity Maps, `carbon-intensity/latest` and `/history`: `{zone, carbonIntensity, datetime}`, or `{zone, history: [...]}`
 * - RTE's eco2mix by opendatasoft, `records`: `{results: [{date_heure, taux_co2}]}`; their zone is FR
 */
import { isMapping } from '../../lib/mapping.ts';
import type { CarbonFactor, FactorOrigin } from './rates.ts';

export interface HourlyIntensity {
  readonly zone: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly gramsPerKwh: number;
  readonly source: string;
}

export interface HourlyIntensities {
  /** `undefined` for hours of which nothing is known. */
  at(zone: string, hour: number): CarbonFactor | undefined;
}

const hourMs = 3_600_000;

const intensity = (
  zone: unknown,
  at: unknown,
  grams: unknown,
  source: string,
): readonly HourlyIntensity[] => {
  const moment = typeof at === 'string' ? Date.parse(at) : Number.NaN;
  if (typeof zone !== 'string' || Number.isNaN(moment)) return [];
  if (typeof grams !== 'number' || !(grams >= 0 && grams < 5000)) return [];
  return [{ zone: zone.toUpperCase(), at: moment, gramsPerKwh: grams, source }];
};

const listIn = (document: Readonly<Record<string, unknown>>, key: string): readonly unknown[] | undefined => {
  const value = document[key];
  return Array.isArray(value) ? value : undefined;
};

/** `undefined` for a document of neither service; a value that is not known yet (`null`) is left out. */
export const parseIntensities = (document: unknown): readonly HourlyIntensity[] | undefined => {
  if (Array.isArray(document)) {
    const parsed = document.map(parseIntensities);
    return parsed.every((one) => one !== undefined) ? parsed.flat() : undefined;
  }
  if (!isMapping(document)) return undefined;
  const results = listIn(document, 'results');
  if (results !== undefined)
    return results.flatMap((record) =>
      isMapping(record) ? intensity('FR', record['date_heure'], record['taux_co2'], 'RTE eco2mix') : [],
    );
  const { zone } = document;
  if (typeof zone !== 'string') return undefined;
  const history = listIn(document, 'history') ?? listIn(document, 'data') ?? [document];
  return history.flatMap((entry) =>
    isMapping(entry)
      ? intensity(zone, entry['datetime'], entry['carbonIntensity'], 'Electricity Maps, hourly')
      : [],
  );
};

/** The mean of what is known of each hour. */
export const createHourlyIntensities = (all: readonly HourlyIntensity[]): HourlyIntensities => {
  const sums = new Map<string, { sum: number; count: number; readonly origin: FactorOrigin }>();
  const origins = new Map<string, FactorOrigin>();
  for (const { zone, at, gramsPerKwh, source } of all) {
    const year = String(new Date(at).getUTCFullYear());
    const name = `${zone} ${year} ${source}`;
    const origin = origins.get(name) ?? { zone, year, source };
    origins.set(name, origin);
    const key = `${zone} ${Math.floor(at / hourMs)}`;
    const known = sums.get(key) ?? { sum: 0, count: 0, origin };
    known.sum += gramsPerKwh;
    known.count += 1;
    sums.set(key, known);
  }
  return {
    at(zone, hour) {
      const found = sums.get(`${zone} ${Math.floor(hour / hourMs)}`);
      return found && { gramsPerKwh: found.sum / found.count, origin: found.origin };
    },
  };
};
