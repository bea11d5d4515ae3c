/**
 * Hosts that share a power agent stand in one part where several exporters share a cloud: that of the first of them. What
 * the agent measures is counted once, and only who has all of them sees that they share it.
 */
import type { Host } from '../lib/one/host.ts';
import { agentUrlsOf } from './agents/agent-url.ts';

/** Which host decides the part of a host; those that decide for themselves are left out. */
export type HostHomes = ReadonlyMap<number, number>;

/** @param templates the URLs of agents as the configuration has them */
export const hostHomes = (hosts: readonly Host[], templates: readonly string[]): HostHomes => {
  const firstAt = new Map<string, number>();
  const homes = new Map<number, number>();
  const homeOf = (id: number): number => {
    const home = homes.get(id);
    return home === undefined ? id : homeOf(home);
  };
  for (const host of [...hosts].sort((one, other) => one.id - other.id))
    for (const { href } of agentUrlsOf(host, templates).urls) {
      const [own, first] = [homeOf(host.id), homeOf(firstAt.get(href) ?? host.id)];
      if (own !== first) homes.set(Math.max(own, first), Math.min(own, first));
      if (!firstAt.has(href)) firstAt.set(href, host.id);
    }
  return new Map([...homes.keys()].map((id) => [id, homeOf(id)]));
};
