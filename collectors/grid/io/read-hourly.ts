/** Reads the CO2 of a kilowatt-hour by the hour from files. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { reasonOf } from '../../../lib/errors/oneext-error.ts';
import { isMissing } from '../../../lib/errors/system-error.ts';
import { collectorError } from '../../errors.ts';
import { type HourlyIntensity, parseIntensities, sourceOf } from '../hourly-intensities.ts';
import { keptIntensitiesForm, lastServiceIn } from '../kept-intensities.ts';

const readJson = async (file: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (thrown) {
    throw collectorError('CARBON_FILE', { path: file, detail: reasonOf(thrown) }, thrown);
  }
};

/** Answers of services that the operator keeps in files. Fails with CARBON_FILE. */
export const readIntensityFiles = async (files: readonly string[]): Promise<readonly HourlyIntensity[]> => {
  const all: (readonly HourlyIntensity[])[] = [];
  for (const file of files) {
    const parsed = parseIntensities(await readJson(file));
    if (parsed === undefined)
      throw collectorError('CARBON_FILE', {
        path: file,
        detail:
          'it is no answer of Electricity Maps (carbon-intensity), of RTE eco2mix (records) or of the Carbon Intensity API of Great Britain (intensity)',
      });
    all.push(parsed);
  }
  return all.flat();
};

/** What the exporter keeps of the answers of a service; nothing where it keeps nothing. Fails with CARBON_FILE. */
export const readKeptIntensities = async (folder: string): Promise<readonly HourlyIntensity[]> => {
  const file = path.join(folder, keptIntensitiesForm.fileName);
  const text = await readFile(file, 'utf8').catch((thrown: unknown) => {
    if (isMissing(thrown)) return undefined;
    throw collectorError('CARBON_FILE', { path: file, detail: reasonOf(thrown) }, thrown);
  });
  if (text === undefined) return [];
  const kept = keptIntensitiesForm.parse(text);
  if (kept === undefined)
    throw collectorError('CARBON_FILE', { path: file, detail: 'it was not written by this exporter' });
  return lastServiceIn(kept);
};

/** Fails with CARBON_SOURCES where they come from two services, which count in different ways. */
export const requireOneSource = (all: readonly HourlyIntensity[]): readonly HourlyIntensity[] => {
  const source = sourceOf(all);
  if (typeof source !== 'object') return all;
  throw collectorError('CARBON_SOURCES', { sources: source.several.join(' and ') });
};
