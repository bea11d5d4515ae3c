/** What a kilowatt-hour stands for in the hours of the month, as reports have it. */
import type { HourlySettings } from '../../grid/io/read-hourly.ts';
import { readHourly } from '../../grid/io/read-hourly.ts';
import type { RatesAt } from '../../grid/rates.ts';
import { createRatesAt } from '../../grid/rates-at.ts';
import type { Tariffs } from '../../grid/tariffs.ts';
import type { Sources } from '../../io/sources.ts';

/** While hourly values cannot be read, CO2 is not known; the log has the reason. */
export const readMonthRates = async (
  settings: HourlySettings,
  tariffs: Tariffs,
  sources: Pick<Sources, 'askedCo2'>,
): Promise<RatesAt> => {
  try {
    return createRatesAt(tariffs, await readHourly(settings, (await sources.askedCo2.get()).value));
  } catch {
    return createRatesAt(tariffs, { at: () => undefined });
  }
};
