/** Finds a VNI and a network for a tunnel that neither host uses. */
import { migrationError } from './errors.ts';
import type { HostNetwork } from './host-network.ts';
import { candidateOf, parseIpv4, type Tunnel } from './tunnel.ts';

const candidateCount = 64;

/** Whether `address/length` and the /30 at `network` share addresses. */
const overlaps = (range: string, network: number): boolean => {
  const [address = '', length = '32'] = range.split('/');
  const value = parseIpv4(address);
  if (value === undefined || length === '0') return false;
  const size = 2 ** Math.max(32 - Number(length), 2);
  return Math.floor(value / size) === Math.floor(network / size);
};

const isFree = (tunnel: Tunnel, host: HostNetwork): boolean => {
  const network = parseIpv4(tunnel.network.slice(0, -3)) ?? 0;
  return (
    !host.vnis.some(({ vni, device }) => vni === tunnel.vni && device !== tunnel.device) &&
    !host.ranges.some(({ range, device }) => device !== tunnel.device && overlaps(range, network))
  );
};

/** The first candidate that is free on both hosts; devices of the same name are leftovers of this VM. */
export const chooseTunnel = (vmId: number, hosts: readonly HostNetwork[]): Tunnel => {
  for (let attempt = 0; attempt < candidateCount; attempt += 1) {
    const tunnel = candidateOf(vmId, attempt);
    if (hosts.every((host) => isFree(tunnel, host))) return tunnel;
  }
  throw migrationError('TUNNEL_NONE_FREE', { vmId, count: candidateCount });
};
