/** Tries the driver as oned starts it: with keys and tokens that are made for this and die with it. */
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import {
  configurationFilesOf,
  readConfiguration,
  readRevocations,
} from '../../../auth-biscuit/io/read-configuration.ts';
import { createKeyPair, createToken } from '../../../auth-biscuit/io/tokens.ts';
import { biscuits } from '../../io/biscuits.ts';
import type { AuthFacts, DriverEnd } from '../auth.ts';
import type { Surroundings } from '../check.ts';
import { attempt } from './attempt.ts';

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

export const probeAuth = async (surroundings: Surroundings): Promise<AuthFacts> => {
  const { places } = surroundings;
  const driver = path.join(places.remotes, 'auth/biscuit/authenticate');
  const [onedConf, isInPlace, siteChecks] = await Promise.all([
    surroundings.onedConf(),
    attempt(async () => {
      await access(driver, constants.X_OK);
      return true as const;
    }),
    attempt(async () => {
      const { checks, revocationFile } = await readConfiguration(configurationFilesOf(places.oneLocation));
      readRevocations(revocationFile);
      return checks.length;
    }),
  ]);
  const runs = 'value' in isInPlace ? await tryDriver(driver, surroundings) : undefined;
  return { onedConfFile: path.join(places.etc, 'oned.conf'), onedConf, driver, isInPlace, siteChecks, runs };
};
