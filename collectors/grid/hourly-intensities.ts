/**
 * CO2 of a kilowatt-hour by the hour, from answers of public services:
 *
 * - Electricity Maps, `carbon-intensity/latest`, `/history` and `/past-range`: `{zone, carbonIntensity, datetime}`, or
 *   `{zone, history: [...]}`, or `{zone, data: [...]}`
 * - RTE's eco2mix by opendatasoft, `records`: `{results: [{date_heure, taux_co2}]}`, and `exports/json`: their list
 *   alone; their zone is FR
 * - the Carbon Intensity API of Great Britain, `intensity`: `{data: [{from, intensity: {actual, forecast}}]}`; GB
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

export const hourMs = 3_600_000;
const electricityMaps = 'Electricity Maps, hourly';
const eco2mix = 'RTE eco2mix';
const greatBritain = 'Carbon Intensity API of Great Britain';

type Fields = Readonly<Record<string, unknown>>;
type Intensities = readonly HourlyIntensity[];

export const isIntensity = (grams: unknown): grams is number =>
  typeof grams === 'number' && grams >= 0 && grams < 5000;

/** An entry as it stands there. */
interface Entry {
  readonly zone: unknown;
  readonly at: unknown;
  readonly grams: unknown;
  readonly source: string;
  /** What it is the mean of, where the service tells. */
  readonly granularity: unknown;
}
type Entries = readonly Entry[];

/** `undefined` where one of the entries is of another form. */
const fromEach = (entries: unknown, read: (entry: Fields) => Entry | undefined): Entries | undefined => {
  if (!Array.isArray(entries)) return undefined;
  const all: Entry[] = [];
  for (const one of entries) {
    const entry = isMapping(one) ? read(one) : undefined;
    if (entry === undefined) return undefined;
    all.push(entry);
  }
  return all;
};

/** What plants emit and what their whole life does are two ways to count. */
const fromElectricityMaps = (entry: Fields, around: Fields = entry): Entry | undefined => {
  if (!('carbonIntensity' in entry && 'datetime' in entry)) return undefined;
  const { carbonIntensity: grams, datetime: at } = entry;
  const { zone = around['zone'], emissionFactorType = around['emissionFactorType'] } = entry;
  const { temporalGranularity: granularity = around['temporalGranularity'] } = entry;
  const source = emissionFactorType === 'direct' ? `${electricityMaps}, direct emissions` : electricityMaps;
  return { zone, at, grams, source, granularity };
};

const fromEco2mix = (entry: Fields): Entry | undefined =>
  'taux_co2' in entry && 'date_heure' in entry
    ? {
        zone: 'FR',
        at: entry['date_heure'],
        grams: entry['taux_co2'],
        source: eco2mix,
        granularity: undefined,
      }
    : undefined;

/** Of a half-hour that is not over there is only the forecast. */
const fromGreatBritain = ({ from, intensity: given }: Fields): Entry | undefined =>
  isMapping(given) && 'actual' in given
    ? {
        zone: 'GB',
        at: from,
        grams: given['actual'] ?? given['forecast'],
        source: greatBritain,
        granularity: undefined,
      }
    : undefined;

/** `undefined` for a document of no service. */
const entriesOf = (document: unknown): Entries | undefined => {
  if (Array.isArray(document)) {
    const records = document.length === 0 ? undefined : fromEach(document, fromEco2mix);
    if (records !== undefined) return records;
    const parsed = document.map(entriesOf);
    return parsed.every((one) => one !== undefined) ? parsed.flat() : undefined;
  }
  if (!isMapping(document)) return undefined;
  if ('results' in document) return fromEach(document['results'], fromEco2mix);
  const { zone, history, data } = document;
  if (typeof zone !== 'string')
    return fromEach(data, (entry) => fromGreatBritain(entry) ?? fromElectricityMaps(entry));
  const entries = history ?? data;
  if (entries !== undefined) return fromEach(entries, (entry) => fromElectricityMaps(entry, document));
  const entry = fromElectricityMaps(document);
  return entry && [entry];
};

/** A moment with its zone: one without would be another one on each machine. */
const momentForm = /^\d{4}-\d\d-\d\dT\d\d(?::?\d\d){0,2}(?:\.\d+)?(?:Z|[+-]\d\d(?::?\d\d)?)$/i;
const longerThanHours: readonly unknown[] = ['daily', 'weekly', 'monthly', 'quarterly', 'yearly'];

/** What is wrong with an entry; `undefined` where nothing is. */
const problemOf = ({ at, granularity }: Entry): string | undefined => {
  if (typeof at !== 'string' || !momentForm.test(at) || Number.isNaN(Date.parse(at)))
    return `the time ${JSON.stringify(at)} must be such as 2026-11-28T14:00Z or 2026-11-28T15:00+01:00, with its zone`;
  if (longerThanHours.includes(granularity))
    return `its temporalGranularity is ${JSON.stringify(granularity)} but must be hourly, or finer`;
  return undefined;
};

/** What is wrong with a document, or what it says; a value that is not known yet (`null`) is left out. */
export const parseIntensities = (document: unknown): Intensities | { readonly problem: string } => {
  const entries = entriesOf(document);
  if (entries === undefined)
    return {
      problem:
        'it is no answer of Electricity Maps (carbon-intensity), of RTE eco2mix (records) or of the Carbon Intensity API of Great Britain (intensity)',
    };
  for (const entry of entries) {
    const problem = problemOf(entry);
    if (problem !== undefined) return { problem };
  }
  return entries.flatMap(({ zone, at, grams, source }): Intensities => {
    if (typeof zone !== 'string' || typeof at !== 'string' || !isIntensity(grams)) return [];
    return [{ zone: zone.toUpperCase(), at: Date.parse(at), gramsPerKwh: grams, source }];
  });
};

/** Their source, `undefined` where there are none; several are told, as they are never mixed in a report. */
export const sourceOf = (all: Intensities): string | undefined | { readonly several: readonly string[] } => {
  const [source, ...others] = new Set(all.map((one) => one.source));
  return source === undefined || others.length === 0 ? source : { several: [source, ...others].sort() };
};

/** The mean of what is known of each hour. */
export const createHourlyIntensities = (all: Intensities): HourlyIntensities => {
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

/** For now: services are late, so what they said last holds for some hours more. */
export const withLateness = (known: HourlyIntensities, hours: number): HourlyIntensities => ({
  at(zone, hour) {
    for (let late = 0; late <= hours; late += 1) {
      const found = known.at(zone, hour - late * hourMs);
      if (found !== undefined) return found;
    }
    return undefined;
  },
});
