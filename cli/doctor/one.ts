/** The first link: credentials, the API behind them, and what their user may do. */
import { type Account, administrators } from '../../lib/one/account.ts';
import { fewOf } from '../../lib/text/short-lists.ts';
import { cleanLine } from '../../lib/text/terminal-text.ts';
import type { User } from './check.ts';
import { type Attempt, asOneadmin, failure, judgeProblem, ok, type Verdict, warning } from './finding.ts';

export interface OneFacts {
  readonly user: User;
  readonly auth: Attempt<{ readonly path: string; readonly mode: number }>;
  readonly endpoint: Attempt<string>;
  readonly version: Attempt<string>;
  readonly account: Attempt<Account>;
  /** How many hosts there are. */
  readonly hosts: Attempt<number>;
  /** Names of users whose TOKEN_PASSWORD can be found by trying. */
  readonly weakUsers: Attempt<readonly string[]>;
}

const leastVersion = [6, 10] as const;
const mostVersion = [7, 4] as const;
const isUpTo = (one: readonly number[], other: readonly [number, number]): boolean =>
  (one[0] ?? 0) < other[0] || (one[0] === other[0] && (one[1] ?? 0) <= other[1]);

const judgeUser = ({ uid, name, oneadmin }: User): Verdict => {
  if (name === 'oneadmin') return ok('runs as oneadmin');
  if (uid !== 0) return warning(`runs as ${name}: what only oneadmin may read cannot be told`, asOneadmin);
  const tried =
    oneadmin === undefined ? 'there is no user oneadmin' : 'programs of oned are tried as oneadmin';
  return ok(`runs as root: ${tried}; files that oneadmin may not read are not noticed`);
};

const judgeAuth = (auth: OneFacts['auth']): Verdict => {
  if (!('value' in auth)) return judgeProblem(auth, asOneadmin, { subject: 'ONE_AUTH' });
  const { path, mode } = auth.value;
  if ((mode & 0o004) !== 0)
    return failure('everybody on this machine may read the password', `chmod 600 ${path}`, { subject: path });
  return ok('found, not readable for everybody', { subject: path });
};

const judgeVersion = ({ endpoint, version }: OneFacts): Verdict => {
  if (!('value' in endpoint)) return judgeProblem(endpoint, 'set ONE_XMLRPC');
  if (!('value' in version)) return judgeProblem(version, 'systemctl status opennebula');
  const numbers = version.value.split('.').map(Number);
  const isSupported =
    isUpTo(numbers, mostVersion) && isUpTo([...leastVersion], [numbers[0] ?? 0, numbers[1] ?? 0]);
  const subject = endpoint.value;
  return isSupported
    ? ok(`answers, OpenNebula ${version.value}`, { subject })
    : warning(
        `OpenNebula ${version.value}: the suite is made for 6.10 to 7.4`,
        'see CHANGELOG.md for a version of the suite that supports it',
        { subject },
      );
};

const judgeAccount = (account: Attempt<Account>): readonly Verdict[] => {
  if (!('value' in account)) return [judgeProblem(account, 'oneuser show')];
  const { name, groupIds } = account.value;
  return [
    groupIds.includes(administrators)
      ? ok('in group oneadmin: sees all VMs, may change hosts', { subject: name })
      : failure(
          'not in group oneadmin: VMs of others are not seen, GEOLOCATION cannot be written',
          `oneuser chgrp ${name} oneadmin, or name the credentials of oneadmin with ONE_AUTH`,
          { subject: name },
        ),
  ];
};

const judgeHosts = (hosts: Attempt<number>): Verdict => {
  if (!('value' in hosts)) return judgeProblem(hosts, 'onehost list');
  return hosts.value === 0
    ? warning('has no hosts, or the user sees none', 'onehost list', { subject: 'OpenNebula' })
    : ok(`has ${hosts.value} hosts`, { subject: 'OpenNebula' });
};

/** Whoever may not read them has been told so by judgeAccount. */
const judgeTokenPasswords = (weakUsers: OneFacts['weakUsers']): readonly Verdict[] =>
  'value' in weakUsers && weakUsers.value.length > 0
    ? [
        warning(
          `TOKEN_PASSWORD can be found by trying, from the OneGate token of one VM: ${fewOf(weakUsers.value.map(cleanLine))}`,
          'oneext guest strengthen USER',
          { subject: 'users' },
        ),
      ]
    : [];

export const judgeOne = (facts: OneFacts): readonly Verdict[] => [
  judgeUser(facts.user),
  judgeAuth(facts.auth),
  // Without credentials nothing is asked.
  ...('value' in facts.auth ? [judgeVersion(facts)] : []),
  ...('value' in facts.version
    ? [...judgeAccount(facts.account), judgeHosts(facts.hosts), ...judgeTokenPasswords(facts.weakUsers)]
    : []),
];
