/**
 * `geolocation.static` of oneext.yaml: where hosts stand that no public address tells about.
 *
 *   geolocation:
 *     static:
 *       hosts: { kvm1: "59.3294,18.0687", "7": "40.4168,-3.7038" }
 *       clusters: { stockholm: "59.3294,18.0687" }
 *
 * Keys are names or ids. The most particular wins: host name, host id, cluster name, cluster id.
 */
import { commonError } from '../lib/errors/common-errors.ts';
import { isMapping } from '../lib/mapping.ts';
import { type Coordinates, parseCoordinates } from './coordinates.ts';

type Places = ReadonlyMap<string, readonly Coordinates[]>;

export interface StaticCoordinates {
  readonly hosts: Places;
  readonly clusters: Places;
}

const mappingBelow = (document: unknown, key: string): unknown =>
  isMapping(document) && Object.hasOwn(document, key) ? document[key] : undefined;

const parsePlaces = (value: unknown, at: string, problems: string[]): Places => {
  const places = new Map<string, readonly Coordinates[]>();
  if (value === undefined || value === null) return places;
  if (!isMapping(value)) {
    problems.push(`${at} must map names or ids to coordinates`);
    return places;
  }
  for (const [key, text] of Object.entries(value)) {
    const words = typeof text === 'string' ? text.trim().split(/\s+/) : [];
    const parsed = words.map(parseCoordinates);
    const known = parsed.filter((place) => place !== undefined);
    if (known.length > 0 && known.length === parsed.length) places.set(key, known);
    else {
      problems.push(
        `${at}.${key} is ${JSON.stringify(text)} but must be coordinates such as "59.3294,18.0687"`,
      );
    }
  }
  return places;
};

/** @param document the whole of oneext.yaml, parsed */
export const parseStaticCoordinates = (
  document: unknown,
): { readonly coordinates: StaticCoordinates; readonly problems: readonly string[] } => {
  const problems: string[] = [];
  const section = mappingBelow(mappingBelow(document, 'geolocation'), 'static');
  if (section !== undefined && section !== null && !isMapping(section)) {
    problems.push('geolocation.static must hold "hosts:" and "clusters:"');
  }
  for (const key of isMapping(section) ? Object.keys(section) : []) {
    if (key !== 'hosts' && key !== 'clusters')
      problems.push(`geolocation.static.${key} is neither hosts nor clusters`);
  }
  const coordinates = {
    hosts: parsePlaces(mappingBelow(section, 'hosts'), 'geolocation.static.hosts', problems),
    clusters: parsePlaces(mappingBelow(section, 'clusters'), 'geolocation.static.clusters', problems),
  };
  return { coordinates, problems };
};

export interface PlacedHost {
  readonly id: number;
  readonly name: string;
  readonly clusterId: number | undefined;
  readonly cluster: string;
}

/** `undefined` where the configuration says nothing of the host. */
export const staticCoordinatesOf = (
  host: PlacedHost,
  { hosts, clusters }: StaticCoordinates,
): readonly Coordinates[] | undefined =>
  hosts.get(host.name) ??
  hosts.get(String(host.id)) ??
  clusters.get(host.cluster) ??
  clusters.get(String(host.clusterId ?? ''));

/** The same, for programs: fails with CONFIG_INVALID, which names every problem. */
export const requireStaticCoordinates = (document: unknown): StaticCoordinates => {
  const { coordinates, problems } = parseStaticCoordinates(document);
  if (problems.length === 0) return coordinates;
  throw commonError('CONFIG_INVALID', { count: problems.length, problems: problems.join('; ') });
};
