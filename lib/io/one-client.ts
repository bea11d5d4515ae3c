/**
 * Where OpenNebula's own clients look for the endpoint and the credentials: ONE_XMLRPC, ~/.one/one_endpoint;
 * ONE_AUTH, ~/.one/one_auth, /var/lib/one/.one/one_auth (ONE_LOCATION/var where OpenNebula is self-contained).
 */
import { readFile } from 'node:fs/promises';
import { commonError } from '../errors/common-errors.ts';
import { placesOf } from '../one/places.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const homesOf = (environment: Environment): readonly string[] => {
  const home = environment['HOME'];
  const systemHome = placesOf(environment).var;
  return home === undefined || home === '' || home === systemHome ? [systemHome] : [home, systemHome];
};

export interface OneEndpoint {
  /** May be no URL. */
  readonly text: string;
  /** Where it stood, for messages: the variable or the file. */
  readonly origin: string;
}

export const readOneEndpoint = async (environment: Environment): Promise<OneEndpoint> => {
  const fromEnvironment = environment['ONE_XMLRPC']?.trim() ?? '';
  if (fromEnvironment !== '') return { text: fromEnvironment, origin: 'ONE_XMLRPC' };
  for (const home of homesOf(environment)) {
    const file = `${home}/.one/one_endpoint`;
    const text = (await readFile(file, 'utf8').catch(() => '')).trim();
    if (text !== '') return { text, origin: file };
  }
  return { text: 'http://localhost:2633/RPC2', origin: 'the default' };
};

export interface OneAuth {
  /** `user:password` */
  readonly credentials: string;
  /** The file that holds them. */
  readonly path: string;
}

/** One line, and nothing that XML or a header cannot hold. */
const credentialsForm = /^[^\s:\u0000-\u001f\u007f][^:\u0000-\u001f\u007f]*:[^\u0000-\u001f\u007f]+$/;

/** Why the file cannot be used, without what stands in it, or in a variable that was meant to name it. */
const problemOf = (path: string, origin: string, thrown: unknown): string => {
  const shown = origin === '' ? path : `${origin}=${path}`;
  if (thrown === undefined) return `${shown} does not hold one line of the form user:password`;
  const reason = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'it cannot be read';
  return origin !== '' && path.includes(':')
    ? `${origin} must be the path of a file that holds user:password, and not user:password itself (${reason})`
    : `${shown}: ${reason}`;
};

/** Fails with ONE_AUTH_MISSING, which names the variable or the files that were tried, and no password. */
export const findOneAuth = async (environment: Environment): Promise<OneAuth> => {
  const named = environment['ONE_AUTH'] ?? '';
  const paths = named === '' ? homesOf(environment).map((home) => `${home}/.one/one_auth`) : [named];
  const origin = named === '' ? '' : 'ONE_AUTH';
  const problems: string[] = [];
  for (const path of paths) {
    try {
      const credentials = (await readFile(path, 'utf8')).trim();
      if (credentialsForm.test(credentials)) return { credentials, path };
      problems.push(problemOf(path, origin, undefined));
    } catch (thrown) {
      problems.push(problemOf(path, origin, thrown));
    }
  }
  throw commonError('ONE_AUTH_MISSING', { detail: problems.join('; ') });
};

/** `user:password`; fails with ONE_AUTH_MISSING, which names the files that were tried. */
export const readOneAuth = async (environment: Environment): Promise<string> =>
  (await findOneAuth(environment)).credentials;
