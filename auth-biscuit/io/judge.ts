/** Brings request, configuration and token library together; the answer is one line of text. */
import { OneExtError, reasonOf } from '../../lib/errors/oneext-error.ts';
import { authorize } from '../authorize.ts';
import { parsePublicKeys } from '../public-keys.ts';
import { parseAuthenticationRequest } from '../request.ts';
import { readConfiguration, readRevocations } from './read-configuration.ts';
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

const decide = async (request: Uint8Array, surroundings: Surroundings): Promise<Judgement> => {
  const { user, password, token } = parseAuthenticationRequest(request);
  const keys = parsePublicKeys(password);
  const configuration = await readConfiguration(surroundings.configurationFiles);
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
