/** host_geolocation: the entry. Keeps the attribute GEOLOCATION of a host in line with where it stands. */
import { geolocationOptions } from '../geolocation/geolocation-options.ts';
import { updateGeolocation } from '../geolocation/io/update-geolocation.ts';
import { requireStaticCoordinates } from '../geolocation/static-coordinates.ts';
import { surviveClosedStreams } from '../lib/io/standard-streams.ts';
import { runHook } from './io/run-hook.ts';

surviveClosedStreams();
process.exitCode = 1; // until it is known better
runHook(
  {
    name: 'host_geolocation',
    summary: 'Sets the attribute GEOLOCATION of a host to the coordinates of its public addresses.',
    resource: 'HOST',
    options: geolocationOptions,
    run: async ({ id, client, options, document, signal }) => {
      const { line } = await updateGeolocation(client, id, {
        staticCoordinates: requireStaticCoordinates(document),
        databases: options['geolocation.database'],
        sshTimeoutMs: options['geolocation.ssh-timeout'],
        signal,
      });
      return [line];
    },
  },
  process,
).then((exitCode) => {
  process.exitCode = exitCode;
});
