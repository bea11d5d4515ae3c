/** Which tunnels no migration uses any more. */
import type { FoundTunnel, HostNetwork } from './host-network.ts';
import { type FrontEnd, type Owner, ownerOf } from './lease.ts';

export interface JudgedTunnel extends FoundTunnel {
  readonly owner: Owner;
}

export const judgeTunnels = ({ tunnels }: HostNetwork, here: FrontEnd): readonly JudgedTunnel[] =>
  tunnels.map((tunnel) => ({ ...tunnel, owner: ownerOf(tunnel.lease, here) }));

/** Addresses on the loopback of which no watchdog can be in need: no tunnel stays. */
export const strayResets = (network: HostNetwork, removed: readonly FoundTunnel[]): readonly string[] => {
  const staying = new Set(network.tunnels.map(({ device }) => device));
  for (const { device } of removed) staying.delete(device);
  return staying.size === 0 ? network.resets : [];
};
