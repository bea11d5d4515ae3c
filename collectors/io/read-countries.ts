/**
 * Looks up the countries of places in a thread that ends afterwards: the borders of all countries take 20 MB, which
 * are needed once for each place.
 *
 * The thread runs countries-thread.ts.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** By GEOLOCATION. */
export type Countries = ReadonlyMap<string, string | undefined>;
/** Fails when the thread does. */
export type ReadCountries = (geolocations: readonly string[]) => Promise<Countries>;

/** What the thread is sent; it answers with each of them and its country. */
export interface Task {
  readonly geolocations: readonly string[];
}

export const createCountriesReader =
  (threadFile: string): ReadCountries =>
  async (geolocations) => {
    const worker = new Worker(threadFile, {
      argv: [],
      env: {},
      workerData: { geolocations } satisfies Task,
      resourceLimits: { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 4 },
    });
    const ended = once(worker, 'exit');
    try {
      const [countries] = await Promise.race([
        once(worker, 'message'),
        ended.then(() => {
          throw new Error('the thread that looks up countries has ended');
        }),
      ]);
      return new Map(countries);
    } finally {
      void worker.terminate();
      ended.catch(() => undefined);
    }
  };
