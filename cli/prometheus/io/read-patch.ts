/** What prometheus.yml is, and what it would become: `oneext prometheus patch` and `oneext doctor`. */
import type { XmlRpcClient } from '../../../lib/io/xml-rpc-client.ts';
import type { Host } from '../../../lib/one/host.ts';
import type { EditResult } from '../../../lib/text/text-edit.ts';
import { type ConfigFile, readConfigFile } from '../../../prometheus-patches/io/config-file.ts';
import { readOtherJobs } from '../../../prometheus-patches/io/read-other-jobs.ts';
import { findRuleFile } from '../../../prometheus-patches/io/rule-file.ts';
import { patchConfig } from '../../../prometheus-patches/patch-config.ts';
import { readScrapePlan, type ScrapeOptions } from './scraped-cloud.ts';

export interface PatchOptions extends ScrapeOptions {
  readonly 'prometheus.config': string;
  readonly 'prometheus.rules-file': string;
}

export interface Patch {
  readonly file: ConfigFile;
  readonly patched: EditResult;
}

export const readPatch = async (
  client: XmlRpcClient,
  hosts: readonly Host[],
  options: PatchOptions,
): Promise<Patch> => {
  const scrapes = await readScrapePlan(client, hosts, options);
  const file = await readConfigFile(options['prometheus.config']);
  const otherJobs = await readOtherJobs(file.realPath);
  const rules = await findRuleFile(options['prometheus.config'], options['prometheus.rules-file']);
  return { file, patched: patchConfig(file.text, { ...scrapes, rules, otherJobs }) };
};
