/** The power agents as targets: for Prometheus servers that scrape them too. */
import type { Host } from '../../lib/one/host.ts';
import { isKvm } from '../../lib/one/host.ts';
import type { TargetGroup } from '../../lib/prometheus/target-group.ts';
import { agentUrlOf } from './agent-url.ts';

const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };
const defaultPath = '/metrics';

/** One group for each KVM host; those whose URL makes no sense are left out. */
export const powerAgentTargets = (hosts: readonly Host[], urlTemplate: string): readonly TargetGroup[] =>
  hosts.filter(isKvm).flatMap((host) => {
    const url = agentUrlOf(host, urlTemplate);
    if (url === undefined) return [];
    const port = url.port === '' ? (defaultPorts[url.protocol] ?? '') : url.port;
    const labels = {
      host_id: String(host.id),
      one_host_id: String(host.id),
      ...(url.protocol === 'https:' ? { __scheme__: 'https' } : {}),
      ...(url.pathname === defaultPath ? {} : { __metrics_path__: url.pathname }),
    };
    return [{ targets: [`${url.hostname}:${port}`], labels }];
  });
