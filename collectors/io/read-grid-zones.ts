/** Reads the grid zones of hosts: what their attributes say and those of their clusters. */
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { readDocument } from '../../lib/io/read-pool.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import { clusterPool } from '../../lib/one/cluster.ts';
import type { Host } from '../../lib/one/host.ts';
import { namedZoneOf } from '../grid/grid-zone.ts';
import type { ReadCountries } from './countries-thread.ts';

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
  let byCluster: ReadonlyMap<string, string | undefined> = new Map();
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
    if (now() - readAt >= reuseMs) await readClusters();
    const unnamed = hosts.flatMap(({ cluster, grid = unplaced }) =>
      namedZoneOf(grid, byCluster.get(cluster)) === undefined ? (grid.geolocation?.trim() ?? '') : [],
    );
    await learnCountries(unnamed.filter((place) => place !== '' && !countries.has(place)));
    return new Map(
      hosts.flatMap(({ id, cluster, grid = unplaced }) => {
        const zone =
          namedZoneOf(grid, byCluster.get(cluster)) ?? countries.get(grid.geolocation?.trim() ?? '');
        return zone === undefined ? [] : [[id, zone] as const];
      }),
    );
  };
};
