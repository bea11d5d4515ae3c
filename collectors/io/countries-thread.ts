/**
 * Looks up the countries of places in a thread that ends afterwards: the borders of all countries take 20 MB, which
 * are needed once for each place.
 *
 * The thread runs the same program, as that of passwords does.
 */
import { once } from 'node:events';
import { parentPort, Worker, workerData } from 'node:worker_threads';

/** By GEOLOCATION. */
export type Countries = ReadonlyMap<string, string | undefined>;
/** Fails when the thread does. */
export type ReadCountries = (geolocations: readonly string[]) => Promise<Countries>;

interface Task {
  readonly geolocations: readonly string[];
}

/** Whether this thread was started to look up countries. */
export const isCountriesThread = (): boolean =>
  typeof workerData === 'object' && workerData !== null && 'geolocations' in workerData;

/** The thread's side. */
export const serveCountries = async (): Promise<void> => {
  const { geolocations } = workerData as Task;
  const { countryOf } = await import('../grid/countries.ts');
  parentPort?.postMessage(geolocations.map((one) => [one, countryOf(one)] as const));
};

export const createCountriesReader =
  (programFile: string): ReadCountries =>
  async (geolocations) => {
    const worker = new Worker(programFile, {
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
