/** Opens the databases. */
import { readDatabaseDate } from '../../../geolocation/io/lookup-coordinates.ts';
import type { Surroundings } from '../check.ts';
import type { GeolocationFacts } from '../geolocation.ts';
import { attempt } from './attempt.ts';

export const probeGeolocation = async (surroundings: Surroundings): Promise<GeolocationFacts> => {
  const { options, configuration, hosts, now } = surroundings;
  const [databases, all] = await Promise.all([
    Promise.all(
      options['geolocation.database'].map(async (path) => ({
        path,
        madeAt: await attempt(() => readDatabaseDate(path)),
      })),
    ),
    attempt(hosts),
  ]);
  return {
    databases,
    hosts: 'value' in all ? all.value : undefined,
    document: configuration.document,
    now: now(),
  };
};
