/**
 * Jobs and alertmanagers that find their targets by a discovery of the operator's own: we leave them alone, or
 * everything would be scraped twice. Our own discovery over HTTP (`/sd/...` of the exporter) finds what we would list.
 */
import { isMapping, type Mapping, readMapping } from '../lib/mapping.ts';
import { listAt } from './config-model.ts';
import type { ScrapePlan } from './jobs.ts';

const ownPaths: ReadonlySet<string> = new Set(['/sd/vm-exporters', '/sd/power-agents', '/sd/hosts']);

const isOurUrl = (group: unknown): boolean => {
  const { url } = readMapping(group);
  return typeof url === 'string' && URL.canParse(url) && ownPaths.has(new URL(url).pathname);
};

/** The files of VMs, wherever their folder is. */
const isOurFiles = (group: unknown): boolean => {
  const { files } = readMapping(group);
  return Array.isArray(files) && files.every((file) => String(file).endsWith('/vm-*.json'));
};

const discoveriesOf = (section: Mapping): readonly string[] =>
  Object.keys(section).filter((key) => key.endsWith('_sd_configs') && listAt(section, key).length > 0);

/** The kinds of discovery of a job that are not ours. */
export const foreignDiscoveries = (job: Mapping): readonly string[] =>
  discoveriesOf(job).filter((key) => {
    const groups = listAt(job, key);
    if (key === 'http_sd_configs') return !groups.every(isOurUrl);
    return key !== 'file_sd_configs' || !groups.every(isOurFiles);
  });

const isByOurHttp = (job: Mapping): boolean =>
  foreignDiscoveries(job).length === 0 && listAt(job, 'http_sd_configs').length > 0;

export interface Considered {
  /** What of the plan is left to do. */
  readonly plan: ScrapePlan;
  /** What is left as it is, a line each, for people. */
  readonly kept: readonly string[];
}

const describe = (what: string, discoveries: readonly string[]): string =>
  `${what} left as it is: its targets come from ${discoveries.join(' and ')} of your own`;

/** Leaves out of the plan what has a discovery of its own in this configuration. */
export const considerDiscovery = (config: Mapping, plan: ScrapePlan): Considered => {
  const sections = listAt(config, 'scrape_configs').filter(isMapping);
  const jobs = plan.jobs.map((job) => {
    const found = sections.find(({ job_name: name }) => name === job.name) ?? {};
    const file = plan.otherJobs?.get(job.name);
    return { job, file, foreign: foreignDiscoveries(found), isInLine: isByOurHttp(found) };
  });
  const alertmanagers = listAt(readMapping(config['alerting']), 'alertmanagers').filter(isMapping);
  const ofAlertmanagers = [...new Set(alertmanagers.flatMap(discoveriesOf))];
  return {
    plan: {
      ...plan,
      alertmanagers: ofAlertmanagers.length > 0 ? undefined : plan.alertmanagers,
      jobs: jobs.flatMap(({ job, file, foreign, isInLine }) =>
        file !== undefined || foreign.length > 0 || isInLine ? [] : [job],
      ),
    },
    kept: [
      ...(plan.leftOut ?? []),
      ...(ofAlertmanagers.length > 0 ? [describe('the list of alertmanagers is', ofAlertmanagers)] : []),
      ...jobs.flatMap(({ job, file }) =>
        file === undefined ? [] : [`job ${job.name} is left as it is: it stands in ${file}`],
      ),
      ...jobs.flatMap(({ job, foreign }) =>
        foreign.length > 0 ? [describe(`job ${job.name} is`, foreign)] : [],
      ),
    ],
  };
};
