/** What Prometheus should scrape of this cloud, as several commands need it. */
import { powerAgentTargets } from '../../../collectors/agents/power-agent-targets.ts';
import type { XmlRpcClient } from '../../../lib/io/xml-rpc-client.ts';
import type { Host } from '../../../lib/one/host.ts';
import type { AddressPreference } from '../../../lib/prometheus/vm-targets.ts';
import { readCloud, readExportingVms } from '../../../prometheus-patches/io/read-cloud.ts';
import { readExportingVm } from '../../../prometheus-patches/io/read-exporting-vm.ts';
import { type SyncMode, type SyncResult, syncTargets } from '../../../prometheus-patches/io/sync-targets.ts';
import { planScrapes, type ScrapePlan } from '../../../prometheus-patches/jobs.ts';
import { targetFilePattern } from '../../../prometheus-patches/target-file.ts';

export interface ScrapeOptions {
  readonly 'prometheus.zone': string;
  readonly 'prometheus.probe-timeout': number;
  readonly 'prometheus.targets-folder': string;
  readonly 'power.agent-url': readonly string[];
}

export const readScrapePlan = async (
  client: XmlRpcClient,
  hosts: readonly Host[],
  options: ScrapeOptions,
): Promise<ScrapePlan> => {
  const cloud = await readCloud(client, hosts, {
    zone: options['prometheus.zone'],
    probeTimeoutMs: options['prometheus.probe-timeout'],
    powerAgents: powerAgentTargets(hosts, options['power.agent-url']),
    targetFiles: `${options['prometheus.targets-folder']}/${targetFilePattern}`,
  });
  return planScrapes(cloud);
};

export interface TargetOptions {
  readonly 'prometheus.targets-folder': string;
  readonly 'prometheus.address-preference': AddressPreference;
}

/** Brings the target files of all VMs in line, or says what that would change. */
export const syncAllTargets = async (
  client: XmlRpcClient,
  options: TargetOptions,
  now: Date,
  mode: SyncMode = 'change',
): Promise<SyncResult> => {
  const align = {
    folder: options['prometheus.targets-folder'],
    preference: options['prometheus.address-preference'],
    readVm: (id: number) => readExportingVm(client, id),
  };
  return syncTargets(await readExportingVms(client), align, now.getTime(), mode);
};
