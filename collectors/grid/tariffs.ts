/**
 * `energy.co2` and `energy.prices` of oneext.yaml: the operator's own factors and prices, with the time for which they
 * hold.
 *
 *   energy:
 *     co2:
 *       - { zone: SE-SE3, grams_per_kwh: 12, source: our supplier, from: 2026-01-01, to: 2027-01-01 }
 *     prices:
 *       - { per_kwh: 0.24, currency: EUR }
 *       - { cluster: lab, per_kwh: 0.18, currency: EUR, hours: 22-6 }
 */
import { commonError } from '../../lib/errors/common-errors.ts';
import { isMapping } from '../../lib/mapping.ts';
import { localDay } from './local-time.ts';
import type { CarbonFactor, EnergyPlace, EnergyPrice } from './rates.ts';

/** Where and when something holds. */
export interface Validity {
  /** Of a host name or id, a cluster or a zone; of all hosts without any. */
  readonly place: { readonly kind: 'host' | 'cluster' | 'zone'; readonly name: string } | undefined;
  readonly from: number;
  /** Not any more. */
  readonly to: number;
  /** Hours of the local day; the second may be before the first. */
  readonly hours: readonly [number, number] | undefined;
}
export interface Rule<T> extends Validity {
  readonly value: T;
}
export interface Tariffs {
  readonly factors: readonly Rule<CarbonFactor>[];
  readonly prices: readonly Rule<EnergyPrice>[];
}
export const noTariffs: Tariffs = { factors: [], prices: [] };

type Problems = string[];
type Fields = Readonly<Record<string, unknown>>;

const placeKinds = ['host', 'cluster', 'zone'] as const;
const commonKeys = [...placeKinds, 'from', 'to'];

const amountOf = (fields: Fields, key: string, at: string, problems: Problems): number => {
  const value = fields[key];
  if (typeof value === 'number' && value >= 0 && Number.isFinite(value)) return value;
  problems.push(`${at}.${key} is ${JSON.stringify(value)} but must be a number from 0`);
  return 0;
};

const dayIn = (fields: Fields, key: string, other: number, at: string, problems: Problems): number => {
  const value = fields[key];
  if (value === undefined || value === null) return other;
  const day = typeof value === 'string' ? localDay(value) : undefined;
  if (day === undefined)
    problems.push(`${at}.${key} is ${JSON.stringify(value)} but must be a day such as 2026-01-01`);
  return day ?? other;
};

const hoursIn = ({ hours }: Fields, at: string, problems: Problems): Validity['hours'] => {
  if (hours === undefined || hours === null) return undefined;
  const [, first, last] =
    (typeof hours === 'string' ? /^(\d{1,2})-(\d{1,2})$/.exec(hours.trim()) : null) ?? [];
  const [from, to] = [Number(first), Number(last)];
  if (from <= 23 && to <= 24 && from !== to) return [from, to];
  problems.push(`${at}.hours is ${JSON.stringify(hours)} but must be hours of the day such as 6-22 or 22-6`);
  return undefined;
};

const placeIn = (fields: Fields, at: string, problems: Problems): Validity['place'] => {
  const given = placeKinds.filter((kind) => (fields[kind] ?? undefined) !== undefined);
  if (given.length > 1) problems.push(`${at} names ${given.join(' and ')}: only one of them can be given`);
  const kind = given[0];
  if (kind === undefined) return undefined;
  const value = fields[kind];
  if (typeof value === 'string' || typeof value === 'number') {
    const name = String(value).trim();
    if (name !== '') return { kind, name: kind === 'zone' ? name.toUpperCase() : name };
  }
  problems.push(`${at}.${kind} is ${JSON.stringify(value)} but must be a name`);
  return undefined;
};

const parseRules = <T>(
  section: unknown,
  at: string,
  keys: readonly string[],
  problems: Problems,
  read: (fields: Fields, at: string, place: Validity['place']) => T,
): readonly Rule<T>[] => {
  if (section === undefined || section === null) return [];
  if (!Array.isArray(section)) {
    problems.push(`${at} must be a list; see oneext.yaml.sample`);
    return [];
  }
  return section.flatMap((fields: unknown, index): readonly Rule<T>[] => {
    const here = `${at}[${index}]`;
    if (!isMapping(fields)) {
      problems.push(`${here} must be a mapping such as { ${keys.join(': ..., ')}: ... }`);
      return [];
    }
    const known = [...keys, ...commonKeys];
    for (const key of Object.keys(fields))
      if (!known.includes(key)) problems.push(`${here}.${key} is none of ${known.join(', ')}`);
    const place = placeIn(fields, here, problems);
    const from = dayIn(fields, 'from', Number.NEGATIVE_INFINITY, here, problems);
    const to = dayIn(fields, 'to', Number.POSITIVE_INFINITY, here, problems);
    if (from >= to) problems.push(`${here}: from must be earlier than to`);
    const hours = keys.includes('hours') ? hoursIn(fields, here, problems) : undefined;
    return [{ place, from, to, hours, value: read(fields, here, place) }];
  });
};

/** @param document the whole of oneext.yaml, parsed */
export const parseTariffs = (
  document: unknown,
): { readonly tariffs: Tariffs; readonly problems: readonly string[] } => {
  const problems: string[] = [];
  const energy = isMapping(document) ? document['energy'] : undefined;
  const { co2, prices } = isMapping(energy) ? energy : {};
  const factors = parseRules(
    co2,
    'energy.co2',
    ['grams_per_kwh', 'source'],
    problems,
    (fields, at, place) => {
      const { from, source = 'operator' } = fields;
      if (typeof source !== 'string') problems.push(`${at}.source must be text`);
      return {
        gramsPerKwh: amountOf(fields, 'grams_per_kwh', at, problems),
        origin: {
          zone: place?.kind === 'zone' ? place.name : '',
          year: typeof from === 'string' ? from.slice(0, 4) : '',
          source: String(source),
        },
      };
    },
  );
  const money = parseRules(
    prices,
    'energy.prices',
    ['per_kwh', 'currency', 'hours'],
    problems,
    (fields, at) => {
      const { currency } = fields;
      if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency))
        problems.push(`${at}.currency is ${JSON.stringify(currency)} but must be a code such as EUR`);
      return { perKwh: amountOf(fields, 'per_kwh', at, problems), currency: String(currency) };
    },
  );
  return { tariffs: { factors, prices: money }, problems };
};

/** The same, for programs: fails with CONFIG_INVALID, which names every problem. */
export const requireTariffs = (document: unknown): Tariffs => {
  const { tariffs, problems } = parseTariffs(document);
  if (problems.length === 0) return tariffs;
  throw commonError('CONFIG_INVALID', { count: problems.length, problems: problems.join('; ') });
};

const fits = ({ place }: Validity, { hostId, name, cluster, gridZone }: EnergyPlace): boolean => {
  if (place === undefined) return true;
  if (place.kind === 'host') return place.name === name || place.name === String(hostId);
  return place.name === (place.kind === 'cluster' ? cluster : gridZone);
};

/** The more particular, the more. */
const rankOf = ({ place, hours }: Validity): number => {
  const rank = place === undefined ? 0 : placeKinds.length - placeKinds.indexOf(place.kind);
  return rank * 2 + Number(hours !== undefined);
};

/** Those that may hold at a place, the most particular first; of equal ones, the first of the list. */
export const rulesFor = <T>(rules: readonly Rule<T>[], place: EnergyPlace): readonly Rule<T>[] =>
  rules.filter((rule) => fits(rule, place)).sort((one, other) => rankOf(other) - rankOf(one));

const isWithin = (hour: number, [from, to]: readonly [number, number]): boolean =>
  from < to ? hour >= from && hour < to : hour >= from || hour < to;

/** @param localHour hour of the day at that moment */
export const valueAt = <T>(rules: readonly Rule<T>[], at: number, localHour: number): T | undefined =>
  rules.find(
    ({ from, to, hours }) => at >= from && at < to && (hours === undefined || isWithin(localHour, hours)),
  )?.value;
