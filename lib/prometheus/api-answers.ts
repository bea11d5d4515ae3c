/**
 * What Prometheus says of itself over its HTTP API: the `data` of its answers
 * (https://prometheus.io/docs/prometheus/latest/querying/api/).
 */
import { readMapping } from '../mapping.ts';

export interface ActiveTarget {
  readonly job: string;
  readonly url: string;
  readonly isUp: boolean;
  /** Of its last scrape; '' where there was none. */
  readonly error: string;
}

export interface LoadedRule {
  readonly name: string;
  /** '' where its last evaluation went well, or there was none yet. */
  readonly error: string;
  /** Whether Prometheus has evaluated it. */
  readonly isEvaluated: boolean;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Of /api/v1/targets. */
export const parseTargets = (data: unknown): readonly ActiveTarget[] =>
  listOf(readMapping(data)['activeTargets']).map((one) => {
    const { labels, scrapeUrl, health, lastError } = readMapping(one);
    return {
      job: textOf(readMapping(labels)['job']),
      url: textOf(scrapeUrl),
      isUp: health === 'up',
      error: textOf(lastError),
    };
  });

/** Names of the jobs, of /api/v1/status/config: Prometheus prints it anew, a job's name on a line of its own. */
export const parseJobs = (data: unknown): readonly string[] =>
  [...textOf(readMapping(data)['yaml']).matchAll(/^\s*-? *job_name: *["']?([^"'\n]*?)["']? *$/gm)].map(
    (match) => match[1] ?? '',
  );

/** Of /api/v1/rules. */
export const parseRules = (data: unknown): readonly LoadedRule[] =>
  listOf(readMapping(data)['groups']).flatMap((group) =>
    listOf(readMapping(group)['rules']).map((rule) => {
      const { name, health, lastError } = readMapping(rule);
      return {
        name: textOf(name),
        error: health === 'err' ? textOf(lastError) || 'err' : '',
        isEvaluated: health === 'ok' || health === 'err',
      };
    }),
  );
