/** Asks Prometheus what it scrapes and evaluates, and compares its configuration with the cloud. */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { vmOfTargetFile } from '../../../prometheus-patches/target-file.ts';
import { readPatch } from '../../prometheus/io/read-patch.ts';
import type { Surroundings } from '../check.ts';
import type { PrometheusFacts, Target } from '../prometheus.ts';
import { type Rule, ruleNamesOf } from '../prometheus-rules.ts';
import { attempt, inTime } from './attempt.ts';

interface TargetsAnswer {
  readonly activeTargets?: readonly {
    readonly labels?: { readonly job?: string };
    readonly scrapeUrl?: string;
    readonly health?: string;
    readonly lastError?: string;
  }[];
}
interface RulesAnswer {
  readonly groups?: readonly {
    readonly rules?: readonly {
      readonly name?: string;
      readonly health?: string;
      readonly lastError?: string;
    }[];
  }[];
}

const readTargets = async ({ prometheus }: Surroundings): Promise<readonly Target[]> => {
  const { activeTargets = [] } = (await prometheus('targets?state=active')) as TargetsAnswer;
  return activeTargets.map(({ labels, scrapeUrl = '', health, lastError = '' }) => ({
    job: labels?.job ?? '',
    url: scrapeUrl,
    isUp: health === 'up',
    error: lastError,
  }));
};

/** Prometheus prints its configuration anew: a job's name stands on a line of its own. */
const readJobs = async ({ prometheus }: Surroundings): Promise<readonly string[]> => {
  const { yaml = '' } = (await prometheus('status/config')) as { readonly yaml?: string };
  return [...yaml.matchAll(/^\s*-? *job_name: *["']?([^"'\n]*?)["']? *$/gm)].map((match) => match[1] ?? '');
};

const readRules = async ({ prometheus }: Surroundings): Promise<readonly Rule[]> => {
  const { groups = [] } = (await prometheus('rules')) as RulesAnswer;
  return groups.flatMap(({ rules = [] }) =>
    rules.map(({ name = '', health, lastError = '' }) => ({
      name,
      error: health === 'err' ? lastError || 'err' : '',
    })),
  );
};

const readChanges = async ({ client, hosts, options }: Surroundings): Promise<readonly string[] | string> => {
  const { file, patched } = await readPatch(await client(), await hosts(), options);
  if (patched.kind === 'refused') return patched.detail;
  return patched.text === file.text ? [] : patched.changes;
};

/** Names of many hosts may have to be looked up: what else there is to tell does not wait for that. */
const shareOfTime = 0.8;

export const probePrometheus = async (surroundings: Surroundings): Promise<PrometheusFacts> => {
  const { options, suite } = surroundings;
  const folder = options['prometheus.targets-folder'];
  const config = options['prometheus.config'];
  const [targets, jobs, rules, ownRules, changes, files] = await Promise.all([
    attempt(() => readTargets(surroundings)),
    attempt(() => readJobs(surroundings)),
    attempt(() => readRules(surroundings)),
    readFile(path.join(suite, 'prometheus/rules/opennebula-extensions.yml'), 'utf8').then(
      ruleNamesOf,
      () => [],
    ),
    inTime(
      shareOfTime * options['doctor.time-limit'],
      () =>
        attempt(async () => {
          await stat(config);
          return readChanges(surroundings);
        }),
      (problem) => ({ problem, kind: 'late' }) as const,
    ),
    attempt(async () => {
      const [names, { mode }] = await Promise.all([readdir(folder), stat(folder)]);
      return { count: names.filter((name) => vmOfTargetFile(name) !== undefined).length, mode };
    }),
  ]);
  return {
    url: options['doctor.prometheus-url'],
    targets,
    jobs,
    rules,
    ownRules,
    config: { path: config, changes },
    folder: { path: folder, files },
    unit: options['prometheus.unit'],
  };
};
