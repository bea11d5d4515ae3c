/** Brings request, configuration and token library together; the answer is one line of text. */
import { lstatSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { OneExtError, reasonOf } from '../../lib/errors/oneext-error.ts';
import { authorize } from '../authorize.ts';
import {
  type BiscuitConfiguration,
  defaultConfiguration,
  parseConfiguration,
  parseRevocations,
} from '../configuration.ts';
import { parsePublicKeys } from '../public-keys.ts';
import { parseAuthenticationRequest } from '../request.ts';
import { loadTokenLibrary } from './token-library.ts';

export interface Surroundings {
  readonly now: Date;
  readonly wasmFile: string;
  /** Where biscuit.yaml may stand: the first that exists is read. */
  readonly configurationFiles: readonly string[];
}

export interface Judgement {
  readonly granted: boolean;
  /** For oned: `biscuit <user> <password field>`, or why not. No line break. */
  readonly line: string;
}

/** A file that cannot be looked at exists: only what is surely missing is passed over. */
const exists = (file: string): boolean => {
  try {
    lstatSync(file);
    return true;
  } catch (thrown) {
    return !(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT');
  }
};

const invalid = (path: string, problems: readonly string[]): OneExtError =>
  new OneExtError('AUTH_CONFIG_INVALID', { path, count: problems.length, problems: problems.join('; ') });

/** Fails with CONFIG_UNREADABLE or AUTH_CONFIG_INVALID. */
const readConfiguration = async (file: string | undefined): Promise<BiscuitConfiguration> => {
  if (file === undefined) return defaultConfiguration;
  // Loaded only here: reading YAML costs a tenth of the whole answer.
  const { readYaml } = await import('../../lib/io/read-config.ts');
  const { configuration, problems } = parseConfiguration(await readYaml(file, false));
  if (problems.length > 0) throw invalid(file, problems);
  return configuration;
};

const readRevocations = (file: string): ReadonlySet<string> => {
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

const decide = async (request: Uint8Array, surroundings: Surroundings): Promise<Judgement> => {
  const { user, password, token } = parseAuthenticationRequest(request);
  const keys = parsePublicKeys(password);
  const configuration = await readConfiguration(surroundings.configurationFiles.find(exists));
  const revoked = readRevocations(configuration.revocationFile);
  const library = loadTokenLibrary(surroundings.wasmFile);
  const verdict = authorize({ user, keys, token, now: surroundings.now }, configuration, revoked, library);
  return verdict.granted
    ? { granted: true, line: `biscuit ${user} ${password}` }
    : { granted: false, line: `the token of ${user} is refused: ${verdict.reason}` };
};

/** Whatever fails is a denial. */
export const judge = async (request: Uint8Array, surroundings: Surroundings): Promise<Judgement> => {
  try {
    return await decide(request, surroundings);
  } catch (thrown) {
    const hint = thrown instanceof OneExtError ? `; ${thrown.hint}` : '';
    // Messages of the system may have line breaks; oned reads each further line as one of its protocol.
    return { granted: false, line: `${reasonOf(thrown)}${hint}`.replaceAll(/[\r\n\u0000-\u001f]+/g, ' ') };
  }
};

/** As OpenNebula's own drivers find their files; a self-contained installation says where it is. */
export const configurationFilesOf = (oneLocation: string | undefined): readonly string[] => [
  ...(oneLocation === undefined || oneLocation === ''
    ? []
    : [path.join(oneLocation, 'etc/auth/biscuit.yaml')]),
  '/etc/one/auth/biscuit.yaml',
];
