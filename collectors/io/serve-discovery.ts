/** The paths of service discovery. What cannot be read is an error, and never an empty list: Prometheus then keeps the last one. */
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { createLocalFinder } from '../../lib/io/local-address.ts';
import { readScrapedHosts } from '../../lib/io/read-scraped-hosts.ts';
import type { WebAnswer, WebHandler } from '../../lib/io/web-answers.ts';
import type { Log } from '../../lib/log/log.ts';
import type { Host } from '../../lib/one/host.ts';
import { formatTargetGroups, type TargetGroup } from '../../lib/prometheus/target-group.ts';
import { agentJobs } from '../agents/agents.ts';
import { powerAgentTargets } from '../agents/power-agent-targets.ts';
import { discoveryPaths, type ExporterOptions } from '../exporter-options.ts';
import { hostTargets, parsePort, vmExporterTargets } from '../service-discovery.ts';
import { createSource, type Source } from './source.ts';
import { reuseMs, type Sources } from './sources.ts';

const plainText = 'text/plain; charset=utf-8';

export interface DiscoveryContext {
  readonly log: Log;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** Hosts whose HOSTNAME leads to them; a log line names the others when they change. */
const createScrapedHosts = (
  hosts: Source<readonly Host[]>,
  { log, now, signal }: DiscoveryContext,
): Source<readonly Host[]> => {
  const findLocal = createLocalFinder(now, signal);
  let told: ReadonlySet<string> = new Set();
  const read = async (): Promise<readonly Host[]> => {
    const chosen = await readScrapedHosts((await hosts.get()).value, findLocal);
    for (const detail of chosen.leftOut)
      if (!told.has(detail)) log.warn('a host is no target of service discovery', { detail });
    told = new Set(chosen.leftOut);
    return chosen.hosts;
  };
  return createSource({ read, reuseMs, now });
};

/** Asks sources that the metrics share: what is fresh is not read again. */
export const discoveryHandlers = (
  options: ExporterOptions,
  sources: Sources,
  context: DiscoveryContext,
): ReadonlyMap<string, WebHandler> => {
  const { log } = context;
  const scrapedHosts = createScrapedHosts(sources.hosts, context);
  const serve = async (path: string, read: () => Promise<readonly TargetGroup[]>): Promise<WebAnswer> => {
    try {
      return { status: 200, contentType: 'application/json', body: formatTargetGroups(await read()) };
    } catch (thrown) {
      log.error('service discovery failed', { path, error: reasonOf(thrown) });
      return { status: 503, contentType: plainText, body: 'OpenNebula cannot be read now\n' };
    }
  };
  const { vmExporters, powerAgents, hosts } = discoveryPaths;
  return new Map<string, WebHandler>([
    [
      vmExporters,
      () =>
        serve(vmExporters, async () => {
          const vms = (await sources.vms.get()).value;
          if (vms.some(({ flavours }) => flavours === undefined))
            throw new Error(
              'the attributes of some VMs are not known, and PROMETHEUS_EXPORTER is one of them',
            );
          return vmExporterTargets(vms, options['prometheus.address-preference']);
        }),
    ],
    [
      powerAgents,
      (_, query) => {
        const agent = query.get('agent');
        if (agent !== null && !agentJobs.includes(agent)) {
          const body = `agent must be one of ${agentJobs.join(', ')}\n`;
          return { status: 400, contentType: plainText, body };
        }
        return serve(powerAgents, async () => {
          const targets = powerAgentTargets((await sources.hosts.get()).value, options['power.agent-url']);
          return [...targets].flatMap(([name, groups]) => (agent === null || agent === name ? groups : []));
        });
      },
    ],
    [
      hosts,
      (_, query) => {
        const port = parsePort(query.get('port'));
        if (port === undefined) {
          return { status: 400, contentType: plainText, body: 'port must be a number from 1 to 65535\n' };
        }
        return serve(hosts, async () => hostTargets((await scrapedHosts.get()).value, port));
      },
    ],
  ]);
};
