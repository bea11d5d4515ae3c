/** What a kilowatt-hour stands for at each host now. */
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import type { Log } from '../../lib/log/log.ts';
import type { Host } from '../../lib/one/host.ts';
import type { HourlyIntensities } from '../grid/hourly-intensities.ts';
import { readHourly } from '../grid/io/read-hourly.ts';
import type { Rates } from '../grid/rates.ts';
import { createRatesAt } from '../grid/rates-at.ts';
import type { Tariffs } from '../grid/tariffs.ts';

/** A file of hourly values is read again after this time. */
const reuseMs = 60_000;
const nothingKnown: HourlyIntensities = { at: () => undefined };

export interface RatesReader {
  readonly tariffs: Tariffs;
  readonly hourlyFiles: readonly string[];
  readonly now: () => number;
  readonly log: Log;
}

export const createRatesReader = ({ tariffs, hourlyFiles, now, log }: RatesReader) => {
  let readAt = Number.NEGATIVE_INFINITY;
  let hourly: HourlyIntensities | undefined;
  let failure: string | undefined;
  const read = async (): Promise<void> => {
    readAt = now();
    try {
      hourly = await readHourly(hourlyFiles);
      if (failure !== undefined) log.info('the hourly CO2 can be read again');
      failure = undefined;
    } catch (thrown) {
      hourly = nothingKnown;
      if (failure !== reasonOf(thrown)) log.warn('the hourly CO2 is not known', { error: reasonOf(thrown) });
      failure = reasonOf(thrown);
    }
  };
  return async (
    hosts: readonly Host[],
    gridZones: ReadonlyMap<number, string>,
  ): Promise<ReadonlyMap<number, Rates>> => {
    if (now() - readAt >= reuseMs) await read();
    const ratesAt = createRatesAt(tariffs, hourly);
    const at = Date.now();
    return new Map(
      hosts.map(({ id, name, cluster }) => [
        id,
        ratesAt({ hostId: id, name, cluster, gridZone: gridZones.get(id) ?? '' }, at),
      ]),
    );
  };
};
