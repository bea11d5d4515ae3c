/** Reads biscuit.yaml and the file of revoked ids. A file that is broken fails: nothing is guessed. */
import { lstatSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type OneExtError, reasonOf } from '../../lib/errors/oneext-error.ts';
import { isMissing } from '../../lib/errors/system-error.ts';
import {
  type BiscuitConfiguration,
  defaultConfiguration,
  parseConfiguration,
  parseRevocations,
} from '../configuration.ts';
import { authError } from '../errors.ts';

/** As OpenNebula's own drivers find their files; a self-contained installation says where it is. */
export const configurationFilesOf = (oneLocation: string | undefined): readonly string[] => [
  ...(oneLocation === undefined || oneLocation === ''
    ? []
    : [path.join(oneLocation, 'etc/auth/biscuit.yaml')]),
  '/etc/one/auth/biscuit.yaml',
];

/** A file that cannot be looked at exists: only what is surely missing is passed over. */
const exists = (file: string): boolean => {
  try {
    lstatSync(file);
    return true;
  } catch (thrown) {
    return !isMissing(thrown);
  }
};

const invalid = (path: string, problems: readonly string[]): OneExtError =>
  authError('AUTH_CONFIG_INVALID', { path, count: problems.length, problems: problems.join('; ') });

/** From the first file that exists; fails with CONFIG_UNREADABLE or AUTH_CONFIG_INVALID. */
export const readConfiguration = async (files: readonly string[]): Promise<BiscuitConfiguration> => {
  const file = files.find(exists);
  if (file === undefined) return defaultConfiguration;
  // Loaded only here, and with it the package yaml, which is a file of its own: most front-ends need neither.
  const { readYaml } = await import('../../lib/io/read-config.ts');
  const { configuration, problems } = parseConfiguration(await readYaml(file, false));
  if (problems.length > 0) throw invalid(file, problems);
  return configuration;
};

/** The files that may configure the driver, and the one that they name, as far as they can be read. */
export const filesOfConfiguration = async (files: readonly string[]): Promise<readonly string[]> => {
  const configuration = await readConfiguration(files).catch(() => defaultConfiguration);
  return [...files, configuration.revocationFile];
};

/** Fails with AUTH_CONFIG_INVALID. */
export const readRevocations = (file: string): ReadonlySet<string> => {
  if (file === '') return new Set();
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    throw invalid(file, [`it cannot be read: ${reasonOf(thrown)}`]);
  }
  const { revoked, problems } = parseRevocations(text);
  if (problems.length > 0) throw invalid(file, problems);
  return revoked;
};
