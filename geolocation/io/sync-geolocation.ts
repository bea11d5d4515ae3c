/** Brings GEOLOCATION of many hosts in line, a few at a time: those that were there before the hook was. */
import { allEnded, createLimit } from '../../lib/io/concurrency.ts';
import { readHostsAs } from '../../lib/io/read-hosts.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import { parseInteger, shapeOf, text, textAt } from '../../lib/one/document-reader.ts';
import { hostState } from '../../lib/one/host.ts';
import { type LocatableHost, locatableHostShape, parseLocatableHost } from '../host.ts';
import type { LocateOptions } from './locate-host.ts';
import { type AlignedHost, type SyncMode, updateGeolocation } from './update-geolocation.ts';

const switchedOff: ReadonlySet<number | undefined> = new Set([
  hostState.disabled,
  hostState.monitoringDisabled,
  hostState.offline,
]);

const hostsAtOnce = 4;

const align = (
  client: XmlRpcClient,
  hosts: readonly LocatableHost[],
  locate: LocateOptions,
  mode: SyncMode,
): Promise<readonly AlignedHost[]> => {
  const limit = createLimit(hostsAtOnce);
  return allEnded(hosts.map(({ id }) => limit(() => updateGeolocation(client, id, locate, mode))));
};

const readHostsInUse = (client: XmlRpcClient): Promise<readonly LocatableHost[]> =>
  readHostsAs(client, {
    method: 'one.hostpool.info',
    parameters: [],
    objectName: 'HOST',
    shape: new Map([...locatableHostShape, ...shapeOf({ STATE: text })]),
    parse: (element) =>
      switchedOff.has(parseInteger(textAt(element, 'STATE'))) ? undefined : parseLocatableHost(element),
  });

/** What was done with each host that is switched on, or would be done. Fails with ONE_*. */
export const syncGeolocation = async (
  client: XmlRpcClient,
  locate: LocateOptions,
  mode: SyncMode = 'change',
): Promise<readonly AlignedHost[]> => align(client, await readHostsInUse(client), locate, mode);

/** The same for the hosts that have no GEOLOCATION yet: those that were there before the hook. */
export const locateNewHosts = async (
  client: XmlRpcClient,
  locate: LocateOptions,
  mode: SyncMode = 'change',
): Promise<readonly AlignedHost[]> => {
  const hosts = await readHostsInUse(client);
  return align(
    client,
    hosts.filter(({ geolocation = '' }) => geolocation.trim() === ''),
    locate,
    mode,
  );
};
