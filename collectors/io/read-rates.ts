/** What a kilowatt-hour stands for at each host now. */
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import type { Log } from '../../lib/log/log.ts';
import type { Host } from '../../lib/one/host.ts';
import {
  createHourlyIntensities,
  type HourlyIntensities,
  type HourlyIntensity,
  withLateness,
} from '../grid/hourly-intensities.ts';
import { readIntensityFiles, requireOneSource } from '../grid/io/read-hourly.ts';
import type { Rates } from '../grid/rates.ts';
import { createRatesAt } from '../grid/rates-at.ts';
import type { Tariffs } from '../grid/tariffs.ts';

/** A file of hourly values is read again after this time. */
const reuseMs = 60_000;
/** For so many hours more the last value of a service holds. */
const lateHours = 2;
const nothingKnown: HourlyIntensities = { at: () => undefined };

export interface RatesReader {
  readonly tariffs: Tariffs;
  readonly hourlyFiles: readonly string[];
  readonly isServiceAsked: boolean;
  readonly now: () => number;
  readonly log: Log;
}

export const createRatesReader = ({ tariffs, hourlyFiles, isServiceAsked, now, log }: RatesReader) => {
  let readAt = Number.NEGATIVE_INFINITY;
  let known: { readonly asked: readonly HourlyIntensity[]; readonly hourly: HourlyIntensities | undefined } =
    {
      asked: [],
      hourly: undefined,
    };
  let failure: string | undefined;
  const read = async (asked: readonly HourlyIntensity[]): Promise<void> => {
    readAt = now();
    try {
      const all = requireOneSource([...(await readIntensityFiles(hourlyFiles)), ...asked]);
      const hourly = createHourlyIntensities(all);
      known = { asked, hourly: isServiceAsked ? withLateness(hourly, lateHours) : hourly };
      if (failure !== undefined) log.info('the hourly CO2 can be read again');
      failure = undefined;
    } catch (thrown) {
      known = { asked, hourly: nothingKnown };
      if (failure !== reasonOf(thrown)) log.warn('the hourly CO2 is not known', { error: reasonOf(thrown) });
      failure = reasonOf(thrown);
    }
  };
  const isYearly = hourlyFiles.length === 0 && !isServiceAsked;
  return async (
    hosts: readonly Host[],
    gridZones: ReadonlyMap<number, string>,
    asked: readonly HourlyIntensity[],
  ): Promise<ReadonlyMap<number, Rates>> => {
    if (!isYearly && (now() - readAt >= reuseMs || asked !== known.asked)) await read(asked);
    const ratesAt = createRatesAt(tariffs, known.hourly);
    const at = Date.now();
    return new Map(
      hosts.map(({ id, name, cluster }) => [
        id,
        ratesAt({ hostId: id, name, cluster, gridZone: gridZones.get(id) ?? '' }, at),
      ]),
    );
  };
};
