/** Prometheus: scrapes us, has our jobs and rules, and its configuration is in line with the cloud. */
import { agentJobs } from '../../collectors/agents/agents.ts';
import type { ActiveTarget, LoadedRule } from '../../lib/prometheus/api-answers.ts';
import { type Attempt, failure, judgeProblem, ok, skipped, type Verdict, warning } from './finding.ts';
import { judgeRules } from './prometheus-rules.ts';

export interface ConfigComparison {
  readonly changes: readonly string[];
  /** What was not compared, since its targets are the operator's. */
  readonly kept: readonly string[];
}

export interface PrometheusFacts {
  readonly url: string;
  readonly targets: Attempt<readonly ActiveTarget[]>;
  /** The jobs of the configuration that Prometheus has read. */
  readonly jobs: Attempt<readonly string[]>;
  readonly rules: Attempt<readonly LoadedRule[]>;
  /** The rules of the package; none where it lacks them. */
  readonly ownRules: readonly string[];
  readonly config: {
    readonly path: string;
    /** What would change; a text where the file cannot be edited. */
    readonly changes: Attempt<ConfigComparison | string>;
  };
  readonly folder: {
    readonly path: string;
    readonly files: Attempt<{ readonly count: number; readonly mode: number }>;
    /** VMs whose file is not what the cloud says. */
    readonly wrong: Attempt<readonly number[]>;
  };
  readonly unit: string;
}

const patch = 'oneext prometheus patch';
const exporterJob = 'opennebula_exporter';
const vmJob = 'sr_exporter';

const judgeTargets = (targets: readonly ActiveTarget[]): readonly Verdict[] => {
  const ours = targets.filter(({ job }) => job === exporterJob);
  const ourLines =
    ours.length === 0
      ? [
          failure(
            `it scrapes no target of the job ${exporterJob}`,
            `${patch}; then look at rights and firewalls`,
          ),
        ]
      : ours.map(({ url, isUp, error }) =>
          isUp
            ? ok('scraped by Prometheus', { subject: url })
            : failure(
                `its scrape fails: ${error === '' ? 'not yet' : error}`,
                'oneext doctor --only exporter',
                {
                  subject: url,
                },
              ),
        );
  const others = [vmJob, ...agentJobs].flatMap((job) => {
    const own = targets.filter((target) => target.job === job);
    const down = own.filter(({ isUp }) => !isUp);
    const sum = own.length === 0 || down.length > 0 ? [] : [ok(`all ${own.length} targets of ${job} are up`)];
    return [
      ...sum,
      ...down.map(({ url, error }) =>
        warning(`target of ${job} is down: ${error}`, 'curl it from the machine of Prometheus', {
          subject: url,
          group: `targets of ${job} that are down`,
        }),
      ),
    ];
  });
  return [...ourLines, ...others];
};

const judgeJobs = (jobs: Attempt<readonly string[]>): readonly Verdict[] => {
  if (!('value' in jobs)) return [judgeProblem(jobs, patch)];
  const agents = agentJobs.filter((job) => jobs.value.includes(job));
  const missing = [
    ...(jobs.value.includes(vmJob) ? [] : [vmJob]),
    ...(agents.length === 0 ? [agentJobs.join(' or ')] : []),
  ];
  return missing.length === 0
    ? [ok(`has the jobs ${[vmJob, ...agents].join(' and ')}`)]
    : missing.map((job) =>
        failure('the configuration that it runs with has no such job', patch, { subject: job }),
      );
};

const judgeConfig = ({ path, changes }: PrometheusFacts['config']): readonly Verdict[] => {
  const details = { subject: path };
  if (!('value' in changes)) return [judgeProblem(changes, `${patch} --check`, details)];
  if (typeof changes.value === 'string')
    return [warning(`cannot be kept in line: ${changes.value}`, `${patch} --check`, details)];
  const [first, ...others] = changes.value.changes;
  const kept = changes.value.kept.map((line) => skipped(`not compared with the cloud: ${line}`, details));
  if (first === undefined)
    return [
      ok(kept.length === 0 ? 'in line with the cloud' : 'everything else is in line with the cloud', details),
      ...kept,
    ];
  const more = others.length > 0 ? `, and ${others.length} more` : '';
  return [warning(`not in line with the cloud: ${first.trim()}${more}`, patch, details), ...kept];
};

const mostShownVms = 10;

/** Prometheus may run as another user: it reads what everybody may read. */
const judgeFolder = (
  { path, files, wrong }: PrometheusFacts['folder'],
  targets: PrometheusFacts['targets'],
  jobs: PrometheusFacts['jobs'],
): Verdict => {
  const details = { subject: path };
  if (!('value' in files)) {
    return files.kind === 'missing'
      ? warning('there is no folder of target files', patch, details)
      : judgeProblem(files, `ls -ld ${path}`, details);
  }
  const { count, mode } = files.value;
  const known = 'value' in targets ? targets.value.filter(({ job }) => job === vmJob).length : undefined;
  const hasJob = 'value' in jobs && jobs.value.includes(vmJob);
  if (count > 0 && known === 0 && hasJob)
    return failure(
      `has ${count} target files, of which Prometheus sees none`,
      `sudo -u prometheus ls ${path}`,
      details,
    );
  if ((mode & 0o005) !== 0o005 && known === undefined)
    return warning('not everybody may read it: Prometheus may not see it', `chmod o+rx ${path}`, details);
  if (!('value' in wrong))
    return skipped(`${count} target files, not compared with the cloud: ${wrong.problem}`, details);
  const shown = wrong.value.slice(0, mostShownVms).join(', ');
  const more = wrong.value.length > mostShownVms ? ', ...' : '';
  return wrong.value.length > 0
    ? warning(
        `the target files of ${wrong.value.length} VMs are not what the cloud says: VM ${shown}${more}`,
        'oneext prometheus sync, as oneadmin',
        details,
      )
    : ok(`${count} target files, in line with the cloud`, details);
};

const judgeSilence = ({ url, targets, config, unit }: PrometheusFacts): Verdict => {
  const problem = 'value' in targets ? '' : targets.problem;
  const hasConfig = 'value' in config.changes || config.changes.kind !== 'missing';
  return hasConfig
    ? failure(`does not answer: ${problem}`, `systemctl status ${unit}`, { subject: url })
    : skipped('there is no Prometheus: neither does it answer, nor is there its configuration', {
        subject: url,
        next: 'install opennebula-prometheus, or name another with --doctor.prometheus-url',
      });
};

export const judgePrometheus = (facts: PrometheusFacts): readonly Verdict[] => {
  const { url, targets, jobs, rules, ownRules, config, folder } = facts;
  if (!('value' in targets)) {
    const silence = judgeSilence(facts);
    return silence.level === 'skipped'
      ? [silence]
      : [silence, ...judgeConfig(config), judgeFolder(folder, targets, jobs)];
  }
  return [
    ok('answers', { subject: url }),
    ...judgeTargets(targets.value),
    ...judgeJobs(jobs),
    ...judgeRules(rules, ownRules),
    ...judgeConfig(config),
    judgeFolder(folder, targets, jobs),
  ];
};
