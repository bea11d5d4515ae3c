/** Brings together what is known of the CO2 of hours: files, what the exporter has kept of a service, and the service. */
import { requireCo2Service } from '../../../collectors/grid/co2-service.ts';
import {
  createHourlyIntensities,
  type HourlyIntensities,
} from '../../../collectors/grid/hourly-intensities.ts';
import { askIntensities } from '../../../collectors/grid/io/ask-intensities.ts';
import {
  readIntensityFiles,
  readKeptIntensities,
  requireOneSource,
} from '../../../collectors/grid/io/read-hourly.ts';
import {
  addIntensities,
  keptIntensitiesForm,
  lastServiceIn,
} from '../../../collectors/grid/kept-intensities.ts';
import { reasonOf } from '../../../lib/errors/oneext-error.ts';

interface HourlySettings {
  readonly 'energy.directory': string;
  readonly 'energy.co2-hourly-file': readonly string[];
  readonly 'energy.co2-url': readonly URL[];
  readonly 'energy.co2-token-file': string;
}

/** `undefined` where neither a file nor a service is named. A service that does not answer is told, and no failure. */
export const readHourly = async (
  settings: HourlySettings,
  writeNote: (text: string) => void,
): Promise<HourlyIntensities | undefined> => {
  requireCo2Service(settings);
  const { 'energy.co2-hourly-file': files, 'energy.co2-url': urls } = settings;
  if (files.length === 0 && urls.length === 0) return undefined;
  const inFiles = await readIntensityFiles(files);
  if (urls.length === 0) return createHourlyIntensities(requireOneSource(inFiles));
  const asked = await askIntensities({ urls, tokenFile: settings['energy.co2-token-file'] });
  for (const failure of asked.failures)
    writeNote(`${reasonOf(failure)}: CO2 is that of the hours which the exporter has kept\n`);
  const kept = addIntensities(
    keptIntensitiesForm.initial,
    await readKeptIntensities(settings['energy.directory']),
  );
  requireOneSource([...inFiles, ...asked.intensities]);
  const known = lastServiceIn(addIntensities(kept, asked.intensities));
  return createHourlyIntensities(requireOneSource([...inFiles, ...known]));
};
