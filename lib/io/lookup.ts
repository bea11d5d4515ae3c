/**
 * Name lookups for many hosts through the system's resolver (so that /etc/hosts counts).
 *
 * A lookup holds one of libuv's few threads, until its end and not its asker's: a resolver that is silent would
 * stop everything else that needs a thread. So a few run at once, each name is asked for once at a time however
 * many wait for it, and answers are kept for a while.
 */
import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { createLimit } from './concurrency.ts';

export interface LookupOptions {
  readonly atOnce: number;
  readonly keepMs: number;
  readonly now: () => number;
  /** Ends what still waits for its turn. */
  readonly signal?: AbortSignal | undefined;
  /** For tests; the system's resolver otherwise. */
  readonly resolve?: (name: string) => Promise<readonly LookupAddress[]>;
}

const resolveBySystem = (name: string): Promise<readonly LookupAddress[]> =>
  new Promise((resolve, reject) => {
    lookup(name, { all: true }, (error, addresses) => (error === null ? resolve(addresses) : reject(error)));
  });

export const createLookup = ({
  atOnce,
  keepMs,
  now,
  signal,
  resolve = resolveBySystem,
}: LookupOptions): LookupFunction => {
  const limit = createLimit(atOnce);
  const running = new Map<string, Promise<readonly LookupAddress[]>>();
  const kept = new Map<string, { readonly addresses: readonly LookupAddress[]; readonly at: number }>();

  const ask = async (name: string): Promise<readonly LookupAddress[]> => {
    try {
      const addresses = await limit(() => {
        if (signal?.aborted === true) throw new Error('the lookup was aborted');
        return resolve(name);
      });
      kept.set(name, { addresses, at: now() });
      return addresses;
    } finally {
      running.delete(name);
    }
  };

  const addressesOf = (name: string): Promise<readonly LookupAddress[]> => {
    const known = kept.get(name);
    if (known !== undefined && now() - known.at < keepMs) return Promise.resolve(known.addresses);
    kept.delete(name);
    const pending = running.get(name) ?? ask(name);
    running.set(name, pending);
    return pending;
  };

  return (name, options, callback) => {
    addressesOf(name).then(
      (addresses) => {
        const wanted = addresses.filter(({ family }) => !options.family || family === options.family);
        const [first] = wanted;
        if (options.all === true) callback(null, [...wanted]);
        else if (first !== undefined) callback(null, first.address, first.family);
        else callback(new Error(`${name} has no address of that family`), '', 0);
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    );
  };
};
