/** Jobs of Prometheus that stand in other files: those of scrape_config_files (Prometheus 2.43 or newer). */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseDocument } from 'yaml';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { isMissing } from '../../lib/errors/system-error.ts';
import { isMapping, readMapping } from '../../lib/mapping.ts';
import { listAt } from '../config-model.ts';
import { prometheusError } from '../errors.ts';
import { matchesPattern } from '../rule-file.ts';

const readYamlText = (text: string): unknown =>
  parseDocument(text, { merge: true }).toJS({ maxAliasCount: 10_000 });

const filesOf = async (folder: string, pattern: string): Promise<readonly string[]> => {
  const whole = path.resolve(folder, pattern);
  const directory = path.dirname(whole);
  if (/[*?[]/.test(directory))
    throw new Error(`scrape_config_files has a pattern in the name of a folder: ${pattern}`);
  const names = await readdir(directory).catch((thrown: unknown) => {
    if (isMissing(thrown)) return [];
    throw thrown;
  });
  return names.map((name) => path.join(directory, name)).filter((file) => matchesPattern(whole, file));
};

/** None where the configuration cannot be read: whoever edits it finds out, and says so. */
const patternsOf = async (config: string): Promise<readonly unknown[]> => {
  try {
    return listAt(readMapping(readYamlText(await readFile(config, 'utf8'))), 'scrape_config_files');
  } catch {
    return [];
  }
};

/** Their files by name. Fails with PROMETHEUS_CONFIG_UNREADABLE. */
export const readOtherJobs = async (config: string): Promise<ReadonlyMap<string, string>> => {
  const jobs = new Map<string, string>();
  try {
    for (const pattern of await patternsOf(config)) {
      for (const file of await filesOf(path.dirname(config), String(pattern))) {
        const sections = listAt(readMapping(readYamlText(await readFile(file, 'utf8'))), 'scrape_configs');
        for (const job of sections.filter(isMapping)) jobs.set(String(job['job_name']), file);
      }
    }
    return jobs;
  } catch (thrown) {
    throw prometheusError('PROMETHEUS_CONFIG_UNREADABLE', { path: config, detail: reasonOf(thrown) }, thrown);
  }
};
