/** The driver of biscuit tokens: enabled in oned.conf, in place, and it grants and denies as it should. */
import type { OnedConf } from '../../front-end-installer/oned-conf.ts';
import { type Attempt, failure, judgeProblem, ok, skipped, type Verdict, warning } from './finding.ts';

/** How a run of the driver ended. */
export interface DriverEnd {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface AuthFacts {
  readonly onedConfFile: string;
  readonly onedConf: Attempt<OnedConf>;
  /** AUTHN of AUTH_MAD as oned read it when it started; `undefined` where it has none. */
  readonly runningDrivers: Attempt<string | undefined>;
  readonly driver: string;
  readonly isInPlace: Attempt<true>;
  /** biscuit.yaml is valid; the number of its checks. */
  readonly siteChecks: Attempt<number>;
  /** Given a token of another key than the user's, and a good one; `undefined` where there is no driver. */
  readonly runs: { readonly foreign: Attempt<DriverEnd>; readonly good: Attempt<DriverEnd> } | undefined;
}

const install = 'oneext install --only auth';
const asToken = 'its signature does not verify';

const wantedConf = [
  { key: 'PASSWORD_CHANGE', value: 'NO', why: 'the holder of a token may replace the public key' },
  { key: 'MAX_TOKEN_TIME', value: '0', why: 'the holder of a token may make a login token that never ends' },
] as const;

const enablesBiscuit = ({ authDrivers, isEveryAuthDriver }: OnedConf): boolean =>
  isEveryAuthDriver || authDrivers.includes('biscuit');

const judgeConf = (file: string, conf: OnedConf): readonly Verdict[] => {
  const own = conf.authConf.get('biscuit');
  const wrong = wantedConf.flatMap(({ key, value, why }) => {
    const found = own?.get(key);
    return found?.toUpperCase() === value ? [] : [`${key} is ${found ?? 'not set'}, not ${value}: ${why}`];
  });
  const next = `${install}, then restart opennebula`;
  const all = [
    ...conf.problems.map((problem) => warning(problem, 'correct that line', { subject: file })),
    ...wrong.map((message) => warning(`AUTH_MAD_CONF of biscuit: ${message}`, next, { subject: file })),
  ];
  return all.length > 0
    ? all
    : [ok('AUTH_MAD names biscuit, AUTH_MAD_CONF is as it should be', { subject: file })];
};

/** Says nothing where oned does not tell: only the group oneadmin may ask it. */
const judgeRunning = (running: AuthFacts['runningDrivers']): readonly Verdict[] => {
  if (!('value' in running) || running.value === undefined) return [];
  if (running.value.split(/[\s,]+/).includes('biscuit')) return [];
  const message = 'it runs with an AUTHN that does not name biscuit, unlike oned.conf: no token logs in';
  return [failure(message, 'systemctl restart opennebula', { subject: 'oned' })];
};

const judgeForeign = (run: Attempt<DriverEnd>, subject: string): Verdict => {
  if (!('value' in run)) return judgeProblem(run, install, { subject });
  const { exitCode, stdout, stderr } = run.value;
  if (exitCode === 0 || stdout !== '')
    return failure('grants a token that is signed with another key', `${install} at once`, { subject });
  return exitCode === 77 && stderr.startsWith('ERROR: biscuit: ') && stderr.includes(asToken)
    ? ok('denies a token that is signed with another key', { subject })
    : failure(`denies, but not for the reason expected: exit code ${exitCode}, ${stderr}`, install, {
        subject,
      });
};

const judgeGood = (run: Attempt<DriverEnd>, siteChecks: number, subject: string): Verdict => {
  if (!('value' in run)) return judgeProblem(run, install, { subject });
  const { exitCode, stdout, stderr } = run.value;
  if (exitCode === 0 && /^biscuit \S+ \S+\n?$/.test(stdout)) return ok('grants a good token', { subject });
  if (exitCode === 77 && siteChecks > 0 && stderr.includes('a check of biscuit.yaml does not hold'))
    return ok('asks a good token for what the checks of biscuit.yaml want', { subject });
  return failure(`denies a good token: exit code ${exitCode}, ${stderr}`, install, { subject });
};

export const judgeAuth = (facts: AuthFacts): readonly Verdict[] => {
  const { onedConfFile, onedConf, runningDrivers, driver, isInPlace, siteChecks, runs } = facts;
  const isEnabled = 'value' in onedConf ? enablesBiscuit(onedConf.value) : undefined;
  const isMissing = !('value' in isInPlace) && isInPlace.kind === 'missing';
  if (isMissing && isEnabled !== true)
    return [skipped('the driver is not installed', { subject: driver, next: install })];
  const found: Verdict[] = [];
  if (!('value' in onedConf))
    found.push(
      judgeProblem(
        onedConf,
        'run it on the front-end; ONE_LOCATION says where a self-contained OpenNebula is',
        { subject: onedConfFile },
      ),
    );
  else if (isEnabled === true)
    found.push(...judgeConf(onedConfFile, onedConf.value), ...judgeRunning(runningDrivers));
  else
    found.push(
      failure(
        'AUTHN of AUTH_MAD does not name biscuit: no token logs in',
        `${install}, then restart opennebula`,
        {
          subject: onedConfFile,
        },
      ),
    );
  if (!('value' in isInPlace)) return [...found, judgeProblem(isInPlace, install, { subject: driver })];
  if (!('value' in siteChecks))
    found.push(judgeProblem(siteChecks, 'correct biscuit.yaml: nobody can log in with a token meanwhile'));
  if (runs === undefined) return found;
  const checks = 'value' in siteChecks ? siteChecks.value : 0;
  return 'value' in siteChecks
    ? [...found, judgeForeign(runs.foreign, driver), judgeGood(runs.good, checks, driver)]
    : found;
};
