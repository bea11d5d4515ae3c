/** Which tunnels no migration uses any more. */
import type { FoundReset, FoundTunnel, HostNetwork } from './host-network.ts';
import { type FrontEnd, type Owner, ownerOf } from './lease.ts';

export interface JudgedTunnel extends FoundTunnel {
  readonly owner: Owner;
}

export const judgeTunnels = ({ tunnels }: HostNetwork, here: FrontEnd): readonly JudgedTunnel[] =>
  tunnels.map((tunnel) => ({ ...tunnel, owner: ownerOf(tunnel.lease, here) }));

/** Addresses on the loopback that no watchdog needs any more: no tunnel of their VM stays. */
export const strayResets = (
  { tunnels, resets }: HostNetwork,
  removed: readonly FoundTunnel[],
): readonly FoundReset[] => {
  const staying = new Set(tunnels.map(({ vmId }) => vmId));
  for (const { vmId } of removed) staying.delete(vmId);
  return resets.filter(({ vmId }) => !staying.has(vmId));
};
