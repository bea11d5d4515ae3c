/** Finds out which exporters answer: whether a connection can be made. */
import net from 'node:net';
import { createLimit } from '../../lib/io/concurrency.ts';
import { createLookup } from '../../lib/io/lookup.ts';
import { formatTarget } from '../../lib/prometheus/target-group.ts';

const probesAtOnce = 256;
const lookupsAtOnce = 4;
const keepAddressesMs = 60_000;

export interface Place {
  readonly host: string;
  readonly port: number;
}

/** `host:port` of all that take a connection within the timeout, which counts from the start of each probe. */
export const probe = async (places: readonly Place[], timeoutMs: number): Promise<ReadonlySet<string>> => {
  const limit = createLimit(probesAtOnce);
  const ending = new AbortController();
  const lookup = createLookup({
    atOnce: lookupsAtOnce,
    keepMs: keepAddressesMs,
    now: () => performance.now(),
    signal: ending.signal,
  });
  const answers = ({ host, port }: Place): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = net.connect({ host, port, lookup });
      const finish = (isThere: boolean): void => {
        clearTimeout(timer);
        socket.destroy();
        resolve(isThere);
      };
      const timer = setTimeout(finish, timeoutMs, false);
      socket.once('connect', () => finish(true));
      socket.once('error', () => finish(false));
    });
  const reachable = new Set<string>();
  await Promise.all(
    places.map((place) =>
      limit(async () => {
        if (await answers(place)) reachable.add(formatTarget(place.host, place.port));
      }),
    ),
  );
  ending.abort(); // names that still wait for a silent resolver
  return reachable;
};
