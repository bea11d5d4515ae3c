/** Tries the driver as oned starts it: with keys and tokens that are made for this and die with it. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import {
  configurationFilesOf,
  readConfiguration,
  readRevocations,
} from '../../../auth-biscuit/io/read-configuration.ts';
import { createKeyPair, createToken } from '../../../auth-biscuit/io/tokens.ts';
import { readDocument } from '../../../lib/io/read-pool.ts';
import { shapeOf, text, textAt } from '../../../lib/one/document-reader.ts';
import { biscuits } from '../../token/io/biscuits.ts';
import type { AuthFacts, DriverEnd } from '../auth.ts';
import type { Surroundings } from '../check.ts';
import { attempt } from './attempt.ts';
import { mustBeExecutable } from './executable.ts';

const driverTimeoutMs = 20_000;
const lifetimeMs = 60_000;
/** Nobody: what it is granted is of no use to anybody. */
const trialUser = 'oneext-doctor';

const runDriver = (
  driver: string,
  request: string,
  { environment, user }: Surroundings,
): Promise<DriverEnd> =>
  new Promise((resolve, reject) => {
    const options = { timeout: driverTimeoutMs, env: { ...environment }, ...user.oneadmin };
    const child = execFile(driver, [], options, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') {
        const late = new Error(`no answer within driverTimeoutMs=${driverTimeoutMs}`);
        reject(error.killed === true ? late : error);
      } else resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
    });
    child.stdin?.on('error', () => undefined); // one that does not read its stdin is judged by its end
    child.stdin?.end(request);
  });

const formatTrial = (publicKey: string, token: string): string =>
  `<AUTHN><USERNAME>${trialUser}</USERNAME><PASSWORD>${publicKey}</PASSWORD><SECRET>${token}</SECRET></AUTHN>`;

const tryDriver = async (driver: string, surroundings: Surroundings): Promise<AuthFacts['runs']> => {
  const library = biscuits();
  const [pair, otherPair] = [createKeyPair(library), createKeyPair(library)];
  const content = {
    user: trialUser,
    expires: new Date(surroundings.now().getTime() + lifetimeMs),
    checks: [],
  };
  const token = createToken(library, pair.privateKey.slice(-64), content);
  const run = (publicKey: string) =>
    attempt(() => runDriver(driver, formatTrial(publicKey, token), surroundings));
  const [foreign, good] = await Promise.all([run(otherPair.publicKey), run(pair.publicKey)]);
  return { foreign, good };
};

/** one.system.config: what oned read when it started, for the group oneadmin alone. */
const readRunningDrivers = async ({ client }: Surroundings): Promise<string | undefined> => {
  const [authMad] = await readDocument(await client(), {
    method: 'one.system.config',
    parameters: [],
    objectName: 'AUTH_MAD',
    shape: shapeOf({ AUTHN: text }),
    parse: (element) => ({ drivers: textAt(element, 'AUTHN') }),
  });
  return authMad?.drivers;
};

export const probeAuth = async (surroundings: Surroundings): Promise<AuthFacts> => {
  const { places } = surroundings;
  const driver = path.join(places.remotes, 'auth/biscuit/authenticate');
  const [onedConf, runningDrivers, isInPlace, siteChecks] = await Promise.all([
    surroundings.onedConf(),
    attempt(() => readRunningDrivers(surroundings)),
    attempt(() => mustBeExecutable(driver)),
    attempt(async () => {
      const { checks, revocationFile } = await readConfiguration(configurationFilesOf(places.oneLocation));
      readRevocations(revocationFile);
      return checks.length;
    }),
  ]);
  const runs = 'value' in isInPlace ? await tryDriver(driver, surroundings) : undefined;
  const onedConfFile = path.join(places.etc, 'oned.conf');
  return { onedConfFile, onedConf, runningDrivers, driver, isInPlace, siteChecks, runs };
};
