/** Finds out where a host stands: from the configuration, or from its public addresses and a database. */
import { commonError } from '../../lib/errors/common-errors.ts';
import { isHostName } from '../../lib/host-name.ts';
import { type Coordinates, formatGeolocation } from '../coordinates.ts';
import { parseHostAddresses } from '../host-addresses.ts';
import { publicAddressesOf } from '../public-address.ts';
import { type PlacedHost, type StaticCoordinates, staticCoordinatesOf } from '../static-coordinates.ts';
import { askHostAddresses, type SshCaller } from './ask-host-addresses.ts';
import { lookupCoordinates } from './lookup-coordinates.ts';

export interface LocateOptions {
  readonly staticCoordinates: StaticCoordinates;
  readonly databases: readonly string[];
  readonly sshTimeoutMs: number;
  readonly signal?: AbortSignal;
  /** Whose keys ssh uses; by default those of whoever runs us. */
  readonly sshCaller?: Pick<SshCaller, 'user' | 'env'>;
}

/** What GEOLOCATION should be, or why nothing is known. */
export type HostLocation =
  | { readonly geolocation: string; readonly from: string }
  | { readonly unknownBecause: string };

const unknown = (reason: string): HostLocation => ({ unknownBecause: reason });

const locateByAddresses = async (
  addresses: readonly string[],
  databases: readonly string[],
): Promise<HostLocation> => {
  const { places, missing } = await lookupCoordinates(addresses, databases);
  const known = places.filter((place): place is Coordinates => place !== undefined);
  const list = addresses.join(', ');
  if (known.length > 0) return { geolocation: formatGeolocation(known), from: `addresses ${list}` };
  return missing.length === databases.length
    ? unknown(`there is no database at ${missing.join(', ')}: see geolocation/README.md for a free one`)
    : unknown(`no database knows ${list}`);
};

/** Fails with GEOLOCATION_DATABASE for a database that is broken; all else that hinders is a reason. */
export const locateHost = async (host: PlacedHost, options: LocateOptions): Promise<HostLocation> => {
  const configured = staticCoordinatesOf(host, options.staticCoordinates);
  if (configured !== undefined)
    return { geolocation: formatGeolocation(configured), from: 'geolocation.static' };
  if (!isHostName(host.name)) {
    return unknown(`the name ${JSON.stringify(host.name)} is no host name that ssh could be given`);
  }
  let output: string;
  try {
    output = await askHostAddresses(host.name, options.sshTimeoutMs, {
      ...options.sshCaller,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  } catch (thrown) {
    if (!commonError.is(thrown, 'COMMAND_FAILED')) throw thrown;
    return unknown(`its addresses could not be asked for: ${thrown.message}`);
  }
  const addresses = parseHostAddresses(output);
  if (addresses === undefined) {
    return unknown(`its answer is not that of ip -json: ${JSON.stringify(output.slice(0, 100))}`);
  }
  const publicAddresses = publicAddressesOf(addresses);
  return publicAddresses.length === 0
    ? unknown(`it has no public address, only ${addresses.join(', ') || 'none at all'}`)
    : locateByAddresses(publicAddresses, options.databases);
};
