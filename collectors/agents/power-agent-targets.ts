/** The power agents as targets: for Prometheus servers that scrape them too. */
import type { Host } from '../../lib/one/host.ts';
import { isKvm } from '../../lib/one/host.ts';
import type { TargetGroup } from '../../lib/prometheus/target-group.ts';
import { agentAt, portOf } from './agent-at.ts';
import { agentUrlsOf } from './agent-url.ts';
import { powerAgents } from './agents.ts';

const defaultPath = '/metrics';

const groupOf = (host: Host, url: URL): TargetGroup => ({
  targets: [`${url.hostname}:${portOf(url)}`],
  labels: {
    host_id: String(host.id),
    one_host_id: String(host.id),
    ...(url.protocol === 'https:' ? { __scheme__: 'https' } : {}),
    ...(url.pathname === defaultPath ? {} : { __metrics_path__: url.pathname }),
  },
});

/** One group for each URL of each KVM host; those that make no sense are left out. By the name of the agent. */
export const powerAgentTargets = (
  hosts: readonly Host[],
  urlTemplates: readonly string[],
): ReadonlyMap<string, readonly TargetGroup[]> => {
  const byAgent = new Map<string, TargetGroup[]>();
  for (const host of hosts.filter(isKvm)) {
    for (const url of agentUrlsOf(host, urlTemplates).urls) {
      const agent = agentAt(url, powerAgents);
      if (agent === undefined || agent.isScrapedAnyway === true) continue;
      const { name } = agent;
      byAgent.set(name, [...(byAgent.get(name) ?? []), groupOf(host, url)]);
    }
  }
  return byAgent;
};
