/** Brings a host's GEOLOCATION in line with where it stands now. */

import { commonError } from '../../lib/errors/common-errors.ts';
import { readDocument } from '../../lib/io/read-pool.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import { formatGeolocationTemplate, locatableHostShape, parseLocatableHost } from '../host.ts';
import { type LocateOptions, locateHost } from './locate-host.ts';

const append = 1;

/** `compare`: what would be done, and nothing is. */
export type SyncMode = 'change' | 'compare';

export interface AlignedHost {
  /** `set`: GEOLOCATION was set, or would be. `unknown`: nobody knows where the host stands. */
  readonly result: 'set' | 'same' | 'unknown';
  /** For people: the host, what was done, and why. */
  readonly line: string;
}

/**
 * Reads the host as it is now, and sets GEOLOCATION by one.host.update where it differs; nothing is ever erased.
 * Fails with ONE_* and GEOLOCATION_DATABASE.
 */
export const updateGeolocation = async (
  client: XmlRpcClient,
  hostId: number,
  options: LocateOptions,
  mode: SyncMode = 'change',
): Promise<AlignedHost> => {
  const [host] = await readDocument(client, {
    method: 'one.host.info',
    parameters: [hostId, false],
    objectName: 'HOST',
    shape: locatableHostShape,
    parse: parseLocatableHost,
  });
  if (host === undefined || host.id !== hostId) {
    throw commonError('ONE_NOT_XML', {
      method: 'one.host.info',
      endpoint: 'OpenNebula',
      detail: `it holds no host ${hostId}`,
    });
  }
  const shown = `host ${host.id} (${JSON.stringify(host.name)})`;
  const location = await locateHost(host, options);
  if ('unknownBecause' in location) {
    const line = `${shown}: nothing known, GEOLOCATION stays as it is: ${location.unknownBecause}`;
    return { result: 'unknown', line };
  }
  const { geolocation, from } = location;
  if (host.geolocation === geolocation)
    return { result: 'same', line: `${shown}: GEOLOCATION is ${geolocation} already` };
  const what = `set to ${geolocation} from ${from}`;
  if (mode === 'compare') return { result: 'set', line: `${shown}: GEOLOCATION would be ${what}` };
  await client.call('one.host.update', [host.id, formatGeolocationTemplate(geolocation), append]);
  return { result: 'set', line: `${shown}: GEOLOCATION ${what}` };
};
