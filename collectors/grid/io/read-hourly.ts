/** Reads files with the CO2 of a kilowatt-hour by the hour. */
import { readFile } from 'node:fs/promises';
import { reasonOf } from '../../../lib/errors/oneext-error.ts';
import { collectorError } from '../../errors.ts';
import { createHourlyIntensities, type HourlyIntensities, parseIntensities } from '../hourly-intensities.ts';

const readJson = async (path: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (thrown) {
    throw collectorError('CARBON_FILE', { path, detail: reasonOf(thrown) }, thrown);
  }
};

/** `undefined` where no file is named. Fails with CARBON_FILE. */
export const readHourly = async (files: readonly string[]): Promise<HourlyIntensities | undefined> => {
  if (files.length === 0) return undefined;
  const all = [];
  for (const path of files) {
    const parsed = parseIntensities(await readJson(path));
    if (parsed === undefined)
      throw collectorError('CARBON_FILE', {
        path,
        detail: 'it is no answer of Electricity Maps (carbon-intensity) or of RTE eco2mix (records)',
      });
    all.push(...parsed);
  }
  return createHourlyIntensities(all);
};
