/**
 * What a public service has said of the CO2 of a kilowatt-hour: kept beside the accounts, as services tell only of the
 * last hours and a report is made at the end of a month.
 */
import { parseMapping } from '../../lib/mapping.ts';
import { type HourlyIntensity, isIntensity } from './hourly-intensities.ts';

type Moments = ReadonlyMap<number, number>;
/** By zone and moment, in grams. */
type Zones = ReadonlyMap<string, Moments>;

export interface KeptIntensities {
  /** The service that has answered last. */
  readonly source: string | undefined;
  readonly bySource: ReadonlyMap<string, Zones>;
}

const nothing: KeptIntensities = { source: undefined, bySource: new Map() };

/** What is said again takes the place of what was said before; the same object where nothing is new. */
export const addIntensities = (before: KeptIntensities, all: readonly HourlyIntensity[]): KeptIntensities => {
  const bySource = new Map<string, Map<string, Map<number, number>>>();
  let isSame = true;
  for (const { source, zone, at, gramsPerKwh } of all) {
    const changed = bySource.get(source);
    const known = changed ?? before.bySource.get(source);
    if (known?.get(zone)?.get(at) === gramsPerKwh) continue;
    isSame = false;
    const zones = changed ?? new Map([...(known ?? [])].map(([name, one]) => [name, new Map(one)]));
    const moments = zones.get(zone) ?? new Map<number, number>();
    moments.set(at, gramsPerKwh);
    bySource.set(source, zones.set(zone, moments));
  }
  const source = all.at(-1)?.source ?? before.source;
  if (isSame && source === before.source) return before;
  return { source, bySource: new Map([...before.bySource, ...bySource]) };
};

export const intensitiesIn = ({ bySource }: KeptIntensities): readonly HourlyIntensity[] =>
  [...bySource].flatMap(([source, zones]) =>
    [...zones].flatMap(([zone, moments]) =>
      [...moments].map(([at, gramsPerKwh]) => ({ source, zone, at, gramsPerKwh })),
    ),
  );

/** Those of the service that has answered last: those of two are never mixed. */
export const lastServiceIn = (kept: KeptIntensities): readonly HourlyIntensity[] =>
  intensitiesIn(kept).filter(({ source }) => source === kept.source);

const format = ({ source, bySource }: KeptIntensities): string =>
  `${JSON.stringify({
    version: 1,
    source: source ?? null,
    sources: [...bySource].map(([name, zones]) => [
      name,
      [...zones].map(([zone, moments]) => [zone, [...moments]]),
    ]),
  })}\n`;

/** `undefined` for what is no list of pairs with names. */
const namedPairs = (value: unknown): readonly (readonly [string, unknown])[] | undefined => {
  if (!Array.isArray(value)) return undefined;
  const pairs = value.flatMap((one) =>
    Array.isArray(one) && typeof one[0] === 'string' ? [[one[0], one[1]] as const] : [],
  );
  return pairs.length === value.length ? pairs : undefined;
};

const parse = (text: string): KeptIntensities | undefined => {
  const document = parseMapping(text);
  if (document === undefined || document['version'] !== 1) return undefined;
  const { source, sources } = document;
  if (source !== null && typeof source !== 'string') return undefined;
  const all: HourlyIntensity[] = [];
  for (const [name, zones] of namedPairs(sources) ?? [['', undefined]])
    for (const [zone, moments] of namedPairs(zones) ?? [['', undefined]]) {
      if (!Array.isArray(moments)) return undefined;
      for (const moment of moments) {
        const [at, gramsPerKwh] = Array.isArray(moment) ? moment : [];
        if (!Number.isFinite(at) || !isIntensity(gramsPerKwh)) return undefined;
        all.push({ source: name, zone, at, gramsPerKwh });
      }
    }
  return { ...addIntensities(nothing, all), source: source ?? undefined };
};

export const keptIntensitiesForm = { fileName: 'co2-hours.json', initial: nothing, format, parse };
