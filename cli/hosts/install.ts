/** `oneext hosts install`: a power agent on every hypervisor. */
import { hostsError } from '../../host-installer/errors.ts';
import {
  formatNames,
  formatOutcomes,
  formatOutcomesJson,
  formatPlans,
} from '../../host-installer/format-outcomes.ts';
import { openLastRunFile, readLastRun } from '../../host-installer/io/last-run-file.ts';
import {
  type HostRecord,
  type LastRun,
  notBegun,
  planResume,
  type Resumption,
} from '../../host-installer/last-run.ts';
import { isWell } from '../../host-installer/outcome.ts';
import { version } from '../../lib/version.ts';
import { type Given, type Terminal, textOf, usageError, type Verb } from '../command.ts';
import {
  chooseTargets,
  inOrder,
  jobsProblems,
  namedHosts,
  type Preparation,
  prepare,
  runOptions,
  skippedRecords,
} from './prepare.ts';

/** Those of host.sh, which looks at their values. */
const agentOptions = {
  agent: { form: 'NAME', help: 'which power agent; scaphandre, if the option is not given' },
  runtime: { form: 'auto|docker|podman|native', help: 'how the agent runs' },
  listen: { form: 'ADDRESS', help: 'address that the agent listens on; for a single host' },
  port: { form: 'N', help: 'port that the agent listens on' },
  image: { form: 'REF', help: 'image for docker and podman' },
  allow: { form: 'CIDR[,...]', help: 'only these addresses may reach the agent; "none" lets all' },
} as const;

const isSet = (given: Given, name: string): boolean => given.values[name] === true;

const agentArgv = (given: Given): readonly string[] =>
  Object.keys(agentOptions).flatMap((name) => {
    const text = textOf(given, name);
    return text === undefined ? [] : [`--${name}`, text];
  });

const usageProblems = (given: Given): readonly string[] => {
  const problems = [...jobsProblems(given)];
  for (const name of Object.keys(agentOptions)) {
    if (textOf(given, name) === '') problems.push(`--${name} needs a value`);
  }
  if (isSet(given, 'plan') && isSet(given, 'resume')) problems.push('--plan and --resume do not go together');
  return problems;
};

/** What is to be resumed: the operands or, without, the hosts of the last run that are still there. */
const namesToResume = (
  given: Given,
  { hosts }: Preparation,
  lastRun: LastRun,
): readonly string[] | undefined => {
  if (given.operands.length > 0 || lastRun.isOfAll) return namedHosts(given);
  const ids = new Set(lastRun.hosts.map(({ id }) => id));
  return hosts.filter(({ id }) => ids.has(id)).map(({ name }) => name);
};

const readRunToResume = async (path: string): Promise<LastRun> => {
  const lastRun = await readLastRun(path);
  if (lastRun === undefined) throw hostsError('HOSTS_NOTHING_TO_RESUME', { path });
  return lastRun;
};

const showPlans = async (
  given: Given,
  terminal: Terminal,
  preparation: Preparation,
): Promise<readonly HostRecord[]> => {
  const choice = chooseTargets(preparation.hosts, namedHosts(given));
  const run = {
    command: 'plan',
    sudoRules: isSet(given, 'live-migrate'),
    options: agentArgv(given),
  } as const;
  const { records, plans } = await preparation.run(run, choice.targets);
  const all = inOrder(records, skippedRecords(choice));
  terminal.writeResult(isSet(given, 'json') ? formatOutcomesJson(all, plans) : formatPlans(all, plans));
  return all;
};

interface Work extends Omit<Resumption, 'isSameAim'> {
  readonly skipped: readonly HostRecord[];
  readonly isOfAll: boolean;
}

const planWork = async (
  given: Given,
  terminal: Terminal,
  preparation: Preparation,
  aim: Pick<LastRun, 'version' | 'options'>,
): Promise<Work> => {
  const { hosts, lastRunPath } = preparation;
  if (!isSet(given, 'resume')) {
    const choice = chooseTargets(hosts, namedHosts(given));
    const isOfAll = given.operands.length === 0;
    return { todo: choice.targets, done: [], others: [], skipped: skippedRecords(choice), isOfAll };
  }
  const lastRun = await readRunToResume(lastRunPath);
  const choice = chooseTargets(hosts, namesToResume(given, preparation, lastRun));
  const resumed = planResume(choice.targets, lastRun, aim);
  if (!resumed.isSameAim) {
    const note = 'The version or the options are not those of the last run: every host is done again.\n';
    terminal.writeNote(note);
  }
  return { ...resumed, skipped: skippedRecords(choice), isOfAll: lastRun.isOfAll };
};

const install = async (
  given: Given,
  terminal: Terminal,
  preparation: Preparation,
): Promise<readonly HostRecord[]> => {
  const sudoRules = isSet(given, 'live-migrate');
  const options = agentArgv(given);
  const aim = { version, options: sudoRules ? [...options, '--live-migrate'] : options };
  const { todo, done, others, skipped, isOfAll } = await planWork(given, terminal, preparation, aim);
  const warn = (text: string): void => terminal.writeNote(`warning: ${text}\n`);
  const file = openLastRunFile(preparation.lastRunPath, warn);
  const remember = (records: readonly HostRecord[]): Promise<void> =>
    file.write({ ...aim, isOfAll, hosts: inOrder(records, done, others) });
  await remember(todo.map(notBegun));
  const run = { command: 'install', sudoRules, options } as const;
  const { records } = await preparation.run(run, todo, (current) => void remember(current));
  await remember(records);
  const all = inOrder(records, done, skipped);
  terminal.writeResult(isSet(given, 'json') ? formatOutcomesJson(all) : formatOutcomes(all));
  if (all.some(({ result }) => result === 'installed')) {
    terminal.writeNote('Next, so that Prometheus scrapes the agents: oneext prometheus patch\n');
  }
  return all;
};

const details = `Sends host.sh to hosts over ssh and runs it there: on those that are named (names or ids), or on all KVM hosts of
the cloud that are neither disabled nor offline. A host that fails stops no other. A second run changes nothing.
host.sh plan is what --plan shows. Ctrl-C: hosts that are at work undo what they did; --resume goes on.`;

export const installVerb: Verb = {
  name: 'install',
  summary: 'give hypervisors a power agent that measures',
  operands: '[HOST...]',
  details,
  options: {
    plan: { form: '', help: 'show what would be done on each host, and change nothing' },
    resume: { form: '', help: 'pass over the hosts that the last run, with the same options, did well' },
    'live-migrate': { form: '', help: 'the sudo rules of live migration, too' },
    ...agentOptions,
    ...runOptions,
  },
  run: async (given, terminal) => {
    const problems = usageProblems(given);
    if (problems.length > 0) throw usageError(problems.join('; '));
    const preparation = await prepare(given, terminal);
    const records = await (isSet(given, 'plan') ? showPlans : install)(given, terminal, preparation);
    const unwell = records.filter(({ result }) => !isWell(result));
    if (unwell.length === 0) return;
    const hosts = formatNames(unwell.map(({ name }) => name));
    throw hostsError('HOSTS_INCOMPLETE', { count: unwell.length, total: records.length, hosts });
  },
};
