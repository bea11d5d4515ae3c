/** How two hosts reach each other: the underlay's addresses, and how large a packet of the tunnel may be. */
import type { OneExtError } from '../lib/errors/oneext-error.ts';
import { migrationError } from './errors.ts';
import type { HostNetwork } from './host-network.ts';

export interface Route {
  readonly device: string;
  /** The address that the host takes for packets on this route. */
  readonly address: string;
  /** The address asked for is the host's own. */
  readonly isLocal: boolean;
  /** Of the route itself; mostly the link's counts. */
  readonly mtu: number | undefined;
}

export interface Underlay {
  readonly sourceAddress: string;
  readonly sourceDevice: string;
  readonly destinationAddress: string;
  readonly destinationDevice: string;
  /** Inside of the tunnel, in bytes. */
  readonly mtu: number;
}

export interface Ends {
  readonly source: string;
  readonly destination: string;
}

/** Outer IP, UDP, VXLAN and inner Ethernet headers, in bytes. */
const overheads = { 4: 20 + 8 + 8 + 14, 6: 40 + 8 + 8 + 14 } as const;
/** Below, no IPv4 host need take a packet: RFC 791. */
const lowestMtu = 576;
/** QEMU sends streams: larger packets gain nothing that matters. */
const highestMtu = 9000;

/** The first address of `getent ahosts NAME`: the one that a client tries first. */
export const parseResolved = (output: string): string | undefined =>
  /^([0-9a-fA-F:.]+(?:%\S+)?)\s/.exec(output)?.[1];

/** Reads `ip -json route get ADDRESS`. */
export const parseRoute = (json: string): Route | undefined => {
  const routes: unknown = JSON.parse(json);
  if (!Array.isArray(routes)) return undefined;
  const { dev, prefsrc, type, metrics } = routes[0] ?? {};
  if (typeof dev !== 'string' || typeof prefsrc !== 'string') return undefined;
  const mtu: unknown = metrics?.[0]?.mtu;
  return {
    device: dev,
    address: prefsrc,
    isLocal: type === 'local' || dev === 'lo',
    mtu: typeof mtu === 'number' ? mtu : undefined,
  };
};

/**
 * @param destinationAddress what the source takes the destination's name for
 * @param routes from the source to it, and from the destination to the address that the source shows
 */
export const planUnderlay = (
  { source, destination }: Ends,
  destinationAddress: string,
  routes: readonly [Route, Route],
  networks: readonly [HostNetwork, HostNetwork],
): Underlay => {
  const refuse = (detail: string): OneExtError =>
    migrationError('TUNNEL_NO_UNDERLAY', { source, destination, detail });
  const [there, back] = routes;
  if (there.isLocal || back.isLocal)
    throw refuse(`${source} takes ${destination} (${destinationAddress}) for itself`);
  if (back.address !== destinationAddress)
    throw refuse(
      `${source} reaches it at ${destinationAddress}, but it answers from ${back.address}: is there NAT between them?`,
    );
  const mtus = routes.map(({ device, mtu }, end) => mtu ?? networks[end]?.mtuOf.get(device) ?? 0);
  const mtu = Math.min(...mtus) - overheads[destinationAddress.includes(':') ? 6 : 4];
  if (mtu < lowestMtu) throw refuse(`the MTU between them is ${Math.min(...mtus)}`);
  return {
    sourceAddress: there.address,
    sourceDevice: there.device,
    destinationAddress,
    destinationDevice: back.device,
    mtu: Math.min(mtu, highestMtu),
  };
};
