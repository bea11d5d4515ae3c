/**
 * Where OpenNebula's own clients look for the endpoint and the credentials: ONE_XMLRPC, ~/.one/one_endpoint;
 * ONE_AUTH, ~/.one/one_auth, /var/lib/one/.one/one_auth (ONE_LOCATION/var where OpenNebula is self-contained).
 */
import { readFile } from 'node:fs/promises';
import { commonError } from '../errors/common-errors.ts';
import { reasonOf } from '../errors/oneext-error.ts';
import { placesOf } from '../one/places.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const homesOf = (environment: Environment): readonly string[] => {
  const home = environment['HOME'];
  const systemHome = placesOf(environment).var;
  return home === undefined || home === '' || home === systemHome ? [systemHome] : [home, systemHome];
};

const firstReadable = async (paths: readonly string[]): Promise<string | undefined> => {
  for (const path of paths) {
    const content = await readFile(path, 'utf8').catch(() => undefined);
    if (content !== undefined && content.trim() !== '') return content.trim();
  }
  return undefined;
};

const defaultEndpoint = 'http://localhost:2633/RPC2';

/** The text of the endpoint; it may not be a URL. */
export const readOneEndpoint = async (environment: Environment): Promise<string> => {
  const fromEnvironment = environment['ONE_XMLRPC'];
  if (fromEnvironment !== undefined && fromEnvironment.trim() !== '') return fromEnvironment.trim();
  const files = homesOf(environment).map((home) => `${home}/.one/one_endpoint`);
  return (await firstReadable(files)) ?? defaultEndpoint;
};

export interface OneAuth {
  /** `user:password` */
  readonly credentials: string;
  /** The file that holds them. */
  readonly path: string;
}

/** Fails with ONE_AUTH_MISSING, which names the files that were tried. */
export const findOneAuth = async (environment: Environment): Promise<OneAuth> => {
  const named = environment['ONE_AUTH'];
  const paths =
    named !== undefined && named !== ''
      ? [named]
      : homesOf(environment).map((home) => `${home}/.one/one_auth`);
  const problems: string[] = [];
  for (const path of paths) {
    try {
      const credentials = (await readFile(path, 'utf8')).trim();
      if (credentials.includes(':')) return { credentials, path };
      problems.push(`${path} does not hold user:password`);
    } catch (thrown) {
      problems.push(reasonOf(thrown));
    }
  }
  throw commonError('ONE_AUTH_MISSING', { detail: problems.join('; ') });
};

/** `user:password`; fails with ONE_AUTH_MISSING, which names the files that were tried. */
export const readOneAuth = async (environment: Environment): Promise<string> =>
  (await findOneAuth(environment)).credentials;
