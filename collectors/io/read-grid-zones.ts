/** Reads the grid zones of hosts: what their attributes say and those of their clusters. */
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { readDocument } from '../../lib/io/read-pool.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import { clusterPool } from '../../lib/one/cluster.ts';
import type { Host } from '../../lib/one/host.ts';

/** Clusters change rarely. */
const reuseMs = 300_000;

export interface GridZoneReader {
  readonly client: XmlRpcClient;
  readonly now: () => number;
  /** Is told when clusters cannot be read, and (`undefined`) when they can again. */
  readonly onChange: (failure: string | undefined) => void;
}

/** By host id; hosts of which the zone is not known are missing. */
export const createGridZoneReader = ({ client, now, onChange }: GridZoneReader) => {
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
    // The borders of all countries: loaded when there is a host to find among them.
    const { gridZoneOf } = await import('../grid/grid-zone.ts');
    return new Map(
      hosts.flatMap(({ id, cluster, grid }) => {
        const zone = gridZoneOf(
          grid ?? { gridZone: undefined, geolocation: undefined },
          byCluster.get(cluster),
        );
        return zone === undefined ? [] : [[id, zone] as const];
      }),
    );
  };
};
