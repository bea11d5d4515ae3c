/**
 * The power of a whole machine, as its management controller (BMC) or its power supplies tell it.
 *
 * The same machine stands on a page several times, under names that mean different things: one number is taken, and
 * says by its source what it is. Readings are never added, but for the supplies of one machine.
 */
import { type Watts, watts } from '../../lib/units/units.ts';

/** From the best to the worst; docs/metrics.md lists them with their meaning. */
export const platformSources = {
  redfish: 'what the whole machine draws, by Redfish',
  dcmi: 'what the whole machine draws at this moment, by DCMI over IPMI',
  vendor_total:
    "a sensor for the whole machine under the vendor's name, such as Pwr Consumption or Power Meter",
  psu_input: 'the sum of what the power supplies draw from the mains',
  psu_output_dc:
    'the sum of what the power supplies give as direct current: less than what they draw, by their losses',
} as const;
export type PlatformSource = keyof typeof platformSources;

export interface PlatformReading {
  readonly source: PlatformSource;
  readonly watts: Watts;
  /** What the page calls the BMC: its address, its name; none where it is the machine's own. */
  readonly bmcNames: readonly string[];
}

/** Takes the place of a reading that several hosts claim. */
export interface SharedBmc {
  /** What the page calls the BMC; '' where an agent that several hosts share gives it no name. */
  readonly sharedBmc: string;
}

/** A value of a page that has to do with the power of a machine. */
export interface PlatformEntry {
  readonly source: PlatformSource;
  readonly bmcNames: readonly string[];
  /** Of the control or the supply. */
  readonly id: string;
  /** `undefined` where the supply is on, or may be, and does not tell. */
  readonly watts: number | 'off' | undefined;
}

/** No machine in a rack draws more. */
const mostWatts = 100_000;
/** A BMC that does not measure says 0. */
const isPower = (value: PlatformEntry['watts']): value is number =>
  typeof value === 'number' && value > 0 && value <= mostWatts;

/** What Redfish calls the control of the whole machine; others are those of its parts. */
export const isWholeMachine = ({ id }: Pick<PlatformEntry, 'id'>): boolean =>
  /^(?:0|powercontrol)$/i.test(id);

/** By what people see, such as `CPU Sub-system Power`. */
export const isPartOfMachine = (entry: Pick<PlatformEntry, 'id'>, name: string): boolean =>
  !isWholeMachine(entry) && /sub-?system|cpu|processor|memory|dimm|gpu|accelerator|storage|fan/i.test(name);

const largest = (entries: readonly PlatformEntry[]): number | undefined => {
  const values = entries.map((entry) => entry.watts).filter(isPower);
  return values.length === 0 ? undefined : Math.max(...values);
};

/** Supplies are numbered without gaps: one that is missing between two others may be on. */
const isComplete = (ids: readonly string[]): boolean => {
  const numbers = ids.flatMap((id) => (/^\d+$/.test(id) ? [Number(id)] : []));
  return numbers.length === 0 || Math.max(...numbers) - Math.min(...numbers) === numbers.length - 1;
};

const sumOfSupplies = (entries: readonly PlatformEntry[]): number | undefined => {
  const bySupply = new Map(entries.map(({ id, watts: value }) => [id, value] as const));
  if (!isComplete([...bySupply.keys()])) return undefined;
  let sum = 0;
  for (const value of bySupply.values()) {
    if (value === 'off') continue;
    if (value === undefined || !(value >= 0)) return undefined;
    sum += value;
  }
  return sum;
};

const wattsOf = (source: PlatformSource, entries: readonly PlatformEntry[]): number | undefined => {
  if (source === 'psu_input' || source === 'psu_output_dc') return sumOfSupplies(entries);
  if (source !== 'redfish') return entries.map((entry) => entry.watts).find(isPower);
  const whole = entries.filter(isWholeMachine);
  return largest(whole.length > 0 ? whole : entries);
};

const sources = Object.keys(platformSources).filter(
  (source): source is PlatformSource => source in platformSources,
);

const byBmc = (entries: readonly PlatformEntry[]): readonly (readonly PlatformEntry[])[] => {
  const groups = new Map<string, PlatformEntry[]>();
  for (const entry of entries) {
    const key = entry.bmcNames.join('\n');
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return [...groups.values()];
};

/** The best reading of each BMC on a page. */
export const platformReadingsOf = (entries: readonly PlatformEntry[]): readonly PlatformReading[] =>
  byBmc(entries).flatMap((ofBmc) => {
    const readings = sources.flatMap((source): readonly PlatformReading[] => {
      const value = wattsOf(
        source,
        ofBmc.filter((entry) => entry.source === source),
      );
      return isPower(value) ? [{ source, watts: watts(value), bmcNames: ofBmc[0]?.bmcNames ?? [] }] : [];
    });
    return readings.slice(0, 1);
  });
/** The reading that is worth most; of several from one source the first. */
export const bestPlatformReading = (readings: readonly PlatformReading[]): PlatformReading | undefined =>
  readings.toSorted((a, b) => sources.indexOf(a.source) - sources.indexOf(b.source))[0];
