/**
 * CO2 of a kilowatt-hour by the hour, from answers of public services:
 *
 * - Electricity Maps, `carbon-intensity/latest`, `/history` and `/past-range`: `{zone, carbonIntensity, datetime}`, or
 *   `{zone, history: [...]}`, or `{zone, data: [...]}`
 * - RTE's eco2mix by opendatasoft, `records`: `{results: [{date_heure, taux_co2}]}`; their zone is FR
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

const intensity = (zone: unknown, at: unknown, grams: unknown, source: string): Intensities => {
  const moment = typeof at === 'string' ? Date.parse(at) : Number.NaN;
  if (typeof zone !== 'string' || Number.isNaN(moment) || !isIntensity(grams)) return [];
  return [{ zone: zone.toUpperCase(), at: moment, gramsPerKwh: grams, source }];
};

/** `undefined` where one of the entries is of another form. */
const fromEach = (
  entries: unknown,
  read: (entry: Fields) => Intensities | undefined,
): Intensities | undefined => {
  if (!Array.isArray(entries)) return undefined;
  const all = entries.map((entry) => (isMapping(entry) ? read(entry) : undefined));
  return all.every((one) => one !== undefined) ? all.flat() : undefined;
};

const fromElectricityMaps = (entry: Fields, zone: unknown): Intensities | undefined =>
  'carbonIntensity' in entry && 'datetime' in entry
    ? intensity(zone, entry['datetime'], entry['carbonIntensity'], electricityMaps)
    : undefined;

const fromEco2mix = (entry: Fields): Intensities | undefined =>
  'taux_co2' in entry && 'date_heure' in entry
    ? intensity('FR', entry['date_heure'], entry['taux_co2'], eco2mix)
    : undefined;

/** Of a half-hour that is not over there is only the forecast. */
const fromGreatBritain = ({ from, intensity: given }: Fields): Intensities | undefined =>
  isMapping(given) && 'actual' in given
    ? intensity('GB', from, given['actual'] ?? given['forecast'], greatBritain)
    : undefined;

/** `undefined` for a document of no service; a value that is not known yet (`null`) is left out. */
export const parseIntensities = (document: unknown): Intensities | undefined => {
  if (Array.isArray(document)) {
    const parsed = document.map(parseIntensities);
    return parsed.every((one) => one !== undefined) ? parsed.flat() : undefined;
  }
  if (!isMapping(document)) return undefined;
  if ('results' in document) return fromEach(document['results'], fromEco2mix);
  const { zone, history, data } = document;
  if (typeof zone !== 'string')
    return fromEach(data, (entry) => fromGreatBritain(entry) ?? fromElectricityMaps(entry, entry['zone']));
  const entries = history ?? data;
  return entries === undefined
    ? fromElectricityMaps(document, zone)
    : fromEach(entries, (entry) => fromElectricityMaps(entry, zone));
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
