/** What prometheus.yml is, and what it would become: `oneext prometheus patch` and `oneext doctor`. */
import { powerAgentTargets } from '../../collectors/power-agent-targets.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import type { Host } from '../../lib/one/host.ts';
import { type ConfigFile, readConfigFile } from '../../prometheus-patches/io/config-file.ts';
import { readCloud } from '../../prometheus-patches/io/read-cloud.ts';
import { planScrapes } from '../../prometheus-patches/jobs.ts';
import { type PatchedConfig, patchConfig } from '../../prometheus-patches/patch-config.ts';
import { targetFilePattern } from '../../prometheus-patches/target-file.ts';

export interface PatchOptions {
  readonly 'prometheus.config': string;
  readonly 'prometheus.zone': string;
  readonly 'prometheus.probe-timeout': number;
  readonly 'prometheus.targets-folder': string;
  readonly 'power.agent-url': string;
}

export interface Patch {
  readonly file: ConfigFile;
  readonly patched: PatchedConfig;
}

export const readPatch = async (
  client: XmlRpcClient,
  hosts: readonly Host[],
  options: PatchOptions,
): Promise<Patch> => {
  const cloud = await readCloud(client, hosts, {
    zone: options['prometheus.zone'],
    probeTimeoutMs: options['prometheus.probe-timeout'],
    powerAgents: powerAgentTargets(hosts, options['power.agent-url']),
    targetFiles: `${options['prometheus.targets-folder']}/${targetFilePattern}`,
  });
  const file = await readConfigFile(options['prometheus.config']);
  return { file, patched: patchConfig(file.text, planScrapes(cloud)) };
};
