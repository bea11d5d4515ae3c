/** Asks Prometheus what it scrapes and evaluates, and compares its configuration with the cloud. */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { createPrometheusClient } from '../../../lib/io/prometheus-client.ts';
import { vmOfTargetFile } from '../../../prometheus-patches/target-file.ts';
import { readPatch } from '../../prometheus/io/read-patch.ts';
import { syncAllTargets } from '../../prometheus/io/scraped-cloud.ts';
import type { Surroundings } from '../check.ts';
import type { ConfigComparison, PrometheusFacts } from '../prometheus.ts';
import { ruleNamesOf } from '../prometheus-rules.ts';
import { attempt, inTime } from './attempt.ts';

const readChanges = async ({ client, hosts, options }: Surroundings): Promise<ConfigComparison | string> => {
  const { file, patched } = await readPatch(await client(), await hosts(), options);
  if (patched.kind === 'refused') return patched.detail;
  return { changes: patched.text === file.text ? [] : patched.changes, kept: patched.kept ?? [] };
};

/** Names of many hosts may have to be looked up: what else there is to tell does not wait for that. */
const shareOfTime = 0.8;

export const probePrometheus = async (surroundings: Surroundings): Promise<PrometheusFacts> => {
  const { options, suite } = surroundings;
  const folder = options['prometheus.targets-folder'];
  const config = options['prometheus.config'];
  const client = createPrometheusClient(options['doctor.prometheus-url'], options['doctor.time-limit']);
  const compare = <T>(look: () => Promise<T>) =>
    inTime(
      shareOfTime * options['doctor.time-limit'],
      () => attempt(look),
      (problem) => ({ problem, kind: 'late' }) as const,
    );
  const [targets, jobs, rules, ownRules, changes, files, vms] = await Promise.all([
    attempt(() => client.readTargets()),
    attempt(() => client.readJobs()),
    attempt(() => client.readRules()),
    readFile(path.join(suite, 'prometheus/rules/opennebula-extensions.yml'), 'utf8').then(
      ruleNamesOf,
      () => [],
    ),
    compare(async () => {
      await stat(config);
      return readChanges(surroundings);
    }),
    attempt(async () => {
      const [names, { mode }] = await Promise.all([readdir(folder), stat(folder)]);
      return { count: names.filter((name) => vmOfTargetFile(name) !== undefined).length, mode };
    }),
    compare(async () => {
      const { written, removed } = await syncAllTargets(
        await surroundings.client(),
        options,
        surroundings.now(),
        'compare',
      );
      return [...written, ...removed].sort((a, b) => a - b);
    }),
  ]);
  return {
    url: options['doctor.prometheus-url'],
    targets,
    jobs,
    rules,
    ownRules,
    config: { path: config, changes },
    folder: { path: folder, files, wrong: vms },
    unit: options['prometheus.unit'],
  };
};
