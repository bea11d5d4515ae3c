/** `oneext hosts install`: a power agent on every hypervisor. */
import {
  formatNames,
  formatOutcomes,
  formatOutcomesJson,
  formatPlans,
} from '../../host-installer/format-outcomes.ts';
import { openLastRunFile, readLastRun } from '../../host-installer/io/last-run-file.ts';
import { type HostRecord, type LastRun, notBegun, planResume } from '../../host-installer/last-run.ts';
import { isWell } from '../../host-installer/outcome.ts';
import { OneExtError } from '../../lib/errors/oneext-error.ts';
import { version } from '../../lib/version.ts';
import { type Given, type Terminal, textOf, usageError, type Verb } from '../command.ts';
import {
  chooseTargets,
  inOrder,
  jobsProblems,
  type Preparation,
  prepare,
  runOptions,
  skippedRecords,
} from './prepare.ts';

/** Those of host.sh, which looks at their values. */
const agentOptions = {
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

/** Which names stand for what is to be resumed: the operands or, without, the hosts of the last run. */
const namesToResume = (
  lastRun: LastRun,
  { hosts }: Preparation,
  named: readonly string[],
): readonly string[] => {
  if (named.length > 0 || lastRun.isOfAll) return named;
  const ids = new Set(lastRun.hosts.map(({ id }) => id));
  return hosts.filter(({ id }) => ids.has(id)).map(({ name }) => name);
};

const readRunToResume = async (path: string): Promise<LastRun> => {
  const lastRun = await readLastRun(path);
  if (lastRun === undefined) throw new OneExtError('HOSTS_NOTHING_TO_RESUME', { path });
  return lastRun;
};

const showPlans = async (
  given: Given,
  terminal: Terminal,
  preparation: Preparation,
): Promise<readonly HostRecord[]> => {
  const choice = chooseTargets(preparation.hosts, given.operands);
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

const install = async (
  given: Given,
  terminal: Terminal,
  preparation: Preparation,
): Promise<readonly HostRecord[]> => {
  const { lastRunPath } = preparation;
  const sudoRules = isSet(given, 'live-migrate');
  const options = agentArgv(given);
  const aim = { version, options: sudoRules ? [...options, '--live-migrate'] : options };
  const lastRun = isSet(given, 'resume') ? await readRunToResume(lastRunPath) : undefined;
  const names = lastRun === undefined ? given.operands : namesToResume(lastRun, preparation, given.operands);
  const choice = chooseTargets(preparation.hosts, names);
  const resumed = lastRun === undefined ? undefined : planResume(choice.targets, lastRun, aim);
  if (resumed?.isSameAim === false)
    terminal.writeNote(
      'The version or the options are not those of the last run: every host is done again.\n',
    );
  const { todo, done } = resumed ?? { todo: choice.targets, done: [] };

  const file = openLastRunFile(lastRunPath, (text) => terminal.writeNote(`warning: ${text}\n`));
  const isOfAll = given.operands.length === 0 && (lastRun?.isOfAll ?? true);
  const remember = (records: readonly HostRecord[]): Promise<void> =>
    file.write({ ...aim, isOfAll, hosts: inOrder(records, done) });
  await remember(todo.map(notBegun));
  const { records } = await preparation.run(
    { command: 'install', sudoRules, options },
    todo,
    (current) => void remember(current),
  );
  await remember(records);
  const all = inOrder(records, done, skippedRecords(choice));
  terminal.writeResult(isSet(given, 'json') ? formatOutcomesJson(all) : formatOutcomes(all));
  if (all.some(({ result }) => result === 'installed'))
    terminal.writeNote('Next, so that Prometheus scrapes the agents: oneext prometheus patch\n');
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
    throw new OneExtError('HOSTS_INCOMPLETE', { count: unwell.length, total: records.length, hosts });
  },
};
