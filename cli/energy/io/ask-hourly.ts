/** Asks the service of hourly CO2, and adds what files and the exporter know. */
import { type Co2ServiceSettings, requireCo2Service } from '../../../collectors/grid/co2-service.ts';
import type { HourlyIntensities } from '../../../collectors/grid/hourly-intensities.ts';
import { askIntensities } from '../../../collectors/grid/io/ask-intensities.ts';
import { type HourlySettings, readHourly } from '../../../collectors/grid/io/read-hourly.ts';
import { reasonOf } from '../../../lib/errors/oneext-error.ts';

/** `undefined` where neither a file nor a service is named. A service that does not answer is told, and no failure. */
export const askHourly = async (
  settings: HourlySettings & Co2ServiceSettings,
  writeNote: (text: string) => void,
): Promise<HourlyIntensities | undefined> => {
  requireCo2Service(settings);
  const { intensities, failures } = await askIntensities({
    urls: settings['energy.co2-url'],
    tokenFile: settings['energy.co2-token-file'],
  });
  for (const failure of failures)
    writeNote(`${reasonOf(failure)}: CO2 is that of the hours which the exporter has kept\n`);
  return readHourly(settings, intensities);
};
