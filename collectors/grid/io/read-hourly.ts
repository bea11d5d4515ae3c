/** Reads the CO2 of a kilowatt-hour by the hour from files. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { reasonOf } from '../../../lib/errors/oneext-error.ts';
import { isMissing } from '../../../lib/errors/system-error.ts';
import { collectorError } from '../../errors.ts';
import {
  createHourlyIntensities,
  type HourlyIntensities,
  type HourlyIntensity,
  parseIntensities,
  sourceOf,
} from '../hourly-intensities.ts';
import { addIntensities, keptIntensitiesForm, lastServiceIn } from '../kept-intensities.ts';

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
    if ('problem' in parsed) throw collectorError('CARBON_FILE', { path: file, detail: parsed.problem });
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

export interface HourlySettings {
  readonly 'energy.directory': string;
  readonly 'energy.co2-hourly-file': readonly string[];
  readonly 'energy.co2-url': readonly URL[];
}

/**
 * All that is known of the CO2 of hours: files, what the exporter has kept of the service, and what the service says
 * now. `undefined` where neither files nor a service are named. Fails with CARBON_FILE or CARBON_SOURCES.
 */
export const readHourly = async (
  { 'energy.directory': folder, 'energy.co2-hourly-file': files, 'energy.co2-url': urls }: HourlySettings,
  asked: readonly HourlyIntensity[],
): Promise<HourlyIntensities | undefined> => {
  if (files.length === 0 && urls.length === 0) return undefined;
  const inFiles = await readIntensityFiles(files);
  if (urls.length === 0) return createHourlyIntensities(requireOneSource(inFiles));
  requireOneSource([...inFiles, ...asked]);
  const kept = addIntensities(keptIntensitiesForm.initial, await readKeptIntensities(folder));
  const known = lastServiceIn(addIntensities(kept, asked));
  return createHourlyIntensities(requireOneSource([...inFiles, ...known]));
};

/** Fails with CARBON_SOURCES where they come from two services, which count in different ways. */
export const requireOneSource = (all: readonly HourlyIntensity[]): readonly HourlyIntensity[] => {
  const source = sourceOf(all);
  if (typeof source !== 'object') return all;
  throw collectorError('CARBON_SOURCES', { sources: source.several.join(' and ') });
};
