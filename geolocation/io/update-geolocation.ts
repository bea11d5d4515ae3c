/** Brings a host's GEOLOCATION in line with where it stands now. */

import { commonError } from '../../lib/errors/common-errors.ts';
import { readDocument } from '../../lib/io/read-pool.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import { formatGeolocationTemplate, locatableHostShape, parseLocatableHost } from '../host.ts';
import { type LocateOptions, locateHost } from './locate-host.ts';

const append = 1;

/**
 * Reads the host as it is now, and sets GEOLOCATION by one.host.update where it differs; nothing is ever erased.
 * Says what was done, and why. Fails with ONE_* and GEOLOCATION_DATABASE.
 */
export const updateGeolocation = async (
  client: XmlRpcClient,
  hostId: number,
  options: LocateOptions,
): Promise<string> => {
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
    return `${shown}: nothing known, GEOLOCATION stays as it is: ${location.unknownBecause}`;
  }
  const { geolocation, from } = location;
  if (host.geolocation === geolocation) return `${shown}: GEOLOCATION is ${geolocation} already`;
  await client.call('one.host.update', [host.id, formatGeolocationTemplate(geolocation), append]);
  return `${shown}: GEOLOCATION set to ${geolocation} from ${from}`;
};
