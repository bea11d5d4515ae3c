/** Where hosts stand: the databases, fixed places of the configuration, and how many hosts have GEOLOCATION. */
import { formatGeolocation } from '../../geolocation/coordinates.ts';
import type { LocatableHost } from '../../geolocation/host.ts';
import { parseStaticCoordinates, staticCoordinatesOf } from '../../geolocation/static-coordinates.ts';
import { type Attempt, failure, judgeProblem, ok, skipped, type Verdict, warning } from './finding.ts';

export interface GeolocationFacts {
  /** By path, when it was made; `undefined` where there is none. */
  readonly databases: readonly { readonly path: string; readonly madeAt: Attempt<Date | undefined> }[];
  /** `undefined` where OpenNebula does not tell. */
  readonly hosts: readonly LocatableHost[] | undefined;
  /** oneext.yaml, parsed. */
  readonly document: unknown;
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

const sync = 'oneext geolocation sync, as oneadmin';

/** Fixed places are compared; what hosts have from their addresses only `sync --check` can compare. */
const judgeHosts = (
  hosts: readonly LocatableHost[],
  placeOf: (host: LocatableHost) => string | undefined,
): readonly Verdict[] => {
  const wrong = hosts.flatMap((host) => {
    const [wanted, found] = [placeOf(host), (host.geolocation ?? '').trim()];
    if (wanted === undefined || wanted === found) return [];
    const has = found === '' ? 'it has no GEOLOCATION' : `its GEOLOCATION is ${found}`;
    const details = { subject: host.name, group: 'hosts that are not at their fixed place' };
    return [warning(`${has}, but geolocation.static says ${wanted}`, sync, details)];
  });
  const fixed = hosts.filter((host) => placeOf(host) !== undefined).length;
  const others = hosts.filter((host) => placeOf(host) === undefined);
  const located = others.filter(({ geolocation = '' }) => geolocation.trim() !== '').length;
  const next = 'oneext geolocation sync --check, as oneadmin, compares them with the databases';
  return [
    ...(fixed > 0 && wrong.length === 0 ? [ok(`all ${fixed} hosts with a fixed place have it`)] : wrong),
    ...(others.length === 0
      ? []
      : [
          skipped(
            `${located} of ${others.length} hosts${fixed === 0 ? '' : ' without a fixed place'} have GEOLOCATION; it was not compared with their addresses`,
            { next },
          ),
        ]),
  ];
};

export const judgeGeolocation = (facts: GeolocationFacts): readonly Verdict[] => {
  const { databases, hosts: known, document, now } = facts;
  const hosts = known ?? [];
  const { coordinates, problems } = parseStaticCoordinates(document);
  const placeOf = (host: LocatableHost): string | undefined => {
    const places = staticCoordinatesOf(host, coordinates);
    return places === undefined ? undefined : formatGeolocation(places);
  };
  const isNeeded = hosts.length === 0 || hosts.some((host) => placeOf(host) === undefined);
  return [
    ...problems.map((problem) => failure(problem, 'correct it in oneext.yaml: the hook fails meanwhile')),
    ...databases.map((database) => judgeDatabase(database, now, isNeeded)),
    ...(known === undefined ? [skipped('hosts cannot be counted: see one')] : judgeHosts(hosts, placeOf)),
  ];
};
