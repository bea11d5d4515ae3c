/** Reads the grid zones of hosts: what their attributes say and those of their clusters. */
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { readDocument } from '../../lib/io/read-pool.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import { clusterPool } from '../../lib/one/cluster.ts';
import type { Host } from '../../lib/one/host.ts';
import { namedZoneOf } from '../grid/grid-zone.ts';
import type { ReadCountries } from './read-countries.ts';

/** Clusters change rarely. */
const reuseMs = 300_000;
const mostPlaces = 10_000;
const unplaced = { gridZone: undefined, geolocation: undefined };

export interface GridZoneReader {
  readonly client: XmlRpcClient;
  readonly now: () => number;
  readonly readCountries: ReadCountries;
  /** Is told when clusters cannot be read, and (`undefined`) when they can again. */
  readonly onChange: (failure: string | undefined) => void;
}

/** By host id; hosts of which the zone is not known are missing. */
export const createGridZoneReader = ({ client, now, readCountries, onChange }: GridZoneReader) => {
  const countries = new Map<string, string | undefined>();
  const learnCountries = async (places: readonly string[]): Promise<void> => {
    if (places.length === 0) return;
    if (countries.size > mostPlaces) countries.clear();
    for (const [place, country] of await readCountries([...new Set(places)])) countries.set(place, country);
  };
  /** `undefined` until they could be read once. */
  let byCluster: ReadonlyMap<string, string | undefined> | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let failure: string | undefined;
  const readClusters = async (): Promise<void> => {
    readAt = now();
    try {
      const clusters = await readDocument(client, clusterPool);
      byCluster = new Map(clusters.map(({ name, gridZone }) => [name, gridZone]));
      if (failure !== undefined) onChange(undefined);
      failure = undefined;
    } catch (thrown) {
      if (failure === undefined) onChange(reasonOf(thrown));
      failure = reasonOf(thrown);
    }
  };
  return async (hosts: readonly Host[]): Promise<ReadonlyMap<number, string>> => {
    if (byCluster === undefined || now() - readAt >= reuseMs) await readClusters();
    const clusterZones = byCluster;
    const unnamed = hosts.flatMap(({ cluster, grid = unplaced }) =>
      namedZoneOf(grid, clusterZones?.get(cluster)) === undefined ? (grid.geolocation?.trim() ?? '') : [],
    );
    await learnCountries(unnamed.filter((place) => place !== '' && !countries.has(place)));
    return new Map(
      hosts.flatMap(({ id, cluster, grid = unplaced }) => {
        // What the cluster says comes before the place: while that is not known, the place does not count.
        const placed = clusterZones === undefined ? undefined : countries.get(grid.geolocation?.trim() ?? '');
        const zone = namedZoneOf(grid, clusterZones?.get(cluster)) ?? placed;
        return zone === undefined ? [] : [[id, zone] as const];
      }),
    );
  };
};
