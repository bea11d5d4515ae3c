/** Where hosts stand: the databases, fixed places of the configuration, and how many hosts have GEOLOCATION. */
import { parseStaticCoordinates, staticCoordinatesOf } from '../../geolocation/static-coordinates.ts';
import type { CloudHost } from './cloud-host.ts';
import { type Attempt, failure, judgeProblem, ok, skipped, type Verdict, warning } from './finding.ts';

export interface GeolocationFacts {
  /** By path, when it was made; `undefined` where there is none. */
  readonly databases: readonly { readonly path: string; readonly madeAt: Attempt<Date | undefined> }[];
  /** `undefined` where OpenNebula does not tell. */
  readonly hosts: readonly CloudHost[] | undefined;
  /** oneext.yaml, parsed. */
  readonly document: unknown;
  /** The hook's executable. */
  readonly hook: string;
  readonly now: Date;
}

const dayMs = 86_400_000;
const mostAgeDays = 365;
const download = 'download a database: geolocation/README.md has the command';

const judgeDatabase = (
  { path: subject, madeAt }: GeolocationFacts['databases'][number],
  now: Date,
  isNeeded: boolean,
): Verdict => {
  if (!('value' in madeAt)) return judgeProblem(madeAt, download, { subject });
  if (madeAt.value === undefined)
    return isNeeded
      ? warning('there is no such database: hosts get no GEOLOCATION from their addresses', download, {
          subject,
        })
      : skipped('there is no such database; fixed places serve all hosts', { subject });
  const days = Math.floor((now.getTime() - madeAt.value.getTime()) / dayMs);
  const made = `made on ${madeAt.value.toISOString().slice(0, 10)}`;
  return days > mostAgeDays
    ? warning(`${made}, ${days} days ago: addresses move`, download, { subject })
    : ok(made, { subject });
};

const judgeHosts = (hosts: readonly CloudHost[], placed: number, hook: string): readonly Verdict[] => {
  if (hosts.length === 0) return [];
  const located = hosts.filter(({ geolocation = '' }) => geolocation.trim() !== '').length;
  const fixed = placed === 0 ? '' : `; ${placed} have a fixed place`;
  const message = `${located} of ${hosts.length} hosts have GEOLOCATION${fixed}`;
  if (located > 0) return [ok(message)];
  return [
    skipped(`${message}: none has a public address, or the hook has not run`, {
      next: `${hook} ID says why, as oneadmin; geolocation.static names places`,
    }),
  ];
};

export const judgeGeolocation = (facts: GeolocationFacts): readonly Verdict[] => {
  const { databases, hosts: known, document, hook, now } = facts;
  const hosts = known ?? [];
  const { coordinates, problems } = parseStaticCoordinates(document);
  const placed = hosts.filter((host) => staticCoordinatesOf(host, coordinates) !== undefined).length;
  const isNeeded = placed < hosts.length || hosts.length === 0;
  return [
    ...problems.map((problem) => failure(problem, 'correct it in oneext.yaml: the hook fails meanwhile')),
    ...databases.map((database) => judgeDatabase(database, now, isNeeded)),
    ...(known === undefined
      ? [skipped('hosts cannot be counted: see one')]
      : judgeHosts(hosts, placed, hook)),
  ];
};
