/**
 * Mean CO2 of a kilowatt-hour by grid zone and year, in grams: Electricity Maps, by way of the package @tgwf/co2.
 *
 * The data stands under the Open Database License 1.0. Another source counts in another way, so there is one alone.
 */
import { yearly2021, yearly2022, yearly2023, yearly2024, yearly2025 } from '@tgwf/co2/data/electricity-maps';
import type { CarbonFactor } from './rates.ts';

const source = 'Electricity Maps (ODbL 1.0)';
const years = [
  [2025, yearly2025],
  [2024, yearly2024],
  [2023, yearly2023],
  [2022, yearly2022],
  [2021, yearly2021],
] as const;

/** Zones of which there is no factor, and the one that most of their electricity comes from. */
const fedBy: Readonly<Record<string, string>> = {
  MC: 'FR',
  LI: 'CH',
  SM: 'IT',
  VA: 'IT',
  AD: 'ES',
  JE: 'FR',
  GG: 'FR',
  IM: 'GB',
};

const known = new Map<string, CarbonFactor | undefined>();

/** Of that year or, where there is none yet, of the last one before it. */
export const yearlyFactor = (zone: string, year: number): CarbonFactor | undefined => {
  const key = `${zone} ${year}`;
  if (known.has(key)) return known.get(key);
  const find = (name: string, shown: string): CarbonFactor | undefined => {
    for (const [one, { data }] of years) {
      const gramsPerKwh =
        one <= year && Object.hasOwn(data, name) ? data[name]?.carbonIntensity?.value : undefined;
      if (gramsPerKwh !== undefined)
        return { gramsPerKwh, origin: { zone: shown, year: String(one), source } };
    }
    return undefined;
  };
  const feeder = fedBy[zone];
  const factor =
    find(zone, zone) ?? (feeder === undefined ? undefined : find(feeder, `${feeder} for ${zone}`));
  known.set(key, factor);
  return factor;
};
