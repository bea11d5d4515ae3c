/** `oneext hosts install`: a power agent on every hypervisor. */
import { type Brought, formatBrought } from '../../host-installer/brought.ts';
import { hostsError } from '../../host-installer/errors.ts';
import {
  formatNames,
  formatOutcomes,
  formatOutcomesJson,
  formatPlans,
} from '../../host-installer/format-outcomes.ts';
import { openLastRunFile, readLastRun } from '../../host-installer/io/last-run-file.ts';
import { readAgentArchive, readKeplerBinary } from '../../host-installer/io/read-archive.ts';
import {
  type HostRecord,
  type LastRun,
  notBegun,
  planResume,
  type Resumption,
} from '../../host-installer/last-run.ts';
import { isWell } from '../../host-installer/outcome.ts';
import { flagsOnly, type OptionSpec, optional, switchOption } from '../../lib/config/options.ts';
import { packageFolder } from '../../lib/io/this-process.ts';
import { version } from '../../lib/version.ts';
import { defineVerb, type Given, type Terminal } from '../command.ts';
import { cliError } from '../errors.ts';
import {
  chooseTargets,
  inOrder,
  namedHosts,
  type Preparation,
  prepare,
  runOptions,
  skippedRecords,
} from './prepare.ts';

/** host.sh looks at the value. */
const agentOption = (form: string, help: string): OptionSpec<string | undefined> =>
  optional({
    help,
    form,
    parse: (text) => (text === '' ? { mustBe: 'at least one character' } : { value: text }),
  });

const agentOptions = flagsOnly({
  agent: agentOption('NAME', 'the power agent: scaphandre (the default), kepler or onepower'),
  runtime: agentOption('auto|docker|podman|native', 'how the agent runs'),
  listen: agentOption('ADDRESS', 'address that the agent listens on; it makes sense for a single host only'),
  port: agentOption('N', 'port that the agent listens on'),
  'guest-trees': agentOption(
    'DIRECTORY',
    'with --agent onepower: folder on each host below which each guest finds its own energy; "none" takes it away',
  ),
  model: agentOption(
    'IDLE,MAX',
    'with --agent onepower, where nothing measures energy: watts of a host that is idle, and of one whose CPUs are all busy',
  ),
  image: agentOption('REF', 'image for docker and podman'),
  allow: agentOption('CIDR[,...]', 'only these addresses may reach the agent; "none" lets all'),
});

const options = {
  plan: switchOption(
    'show what would be done on each host, and change nothing; exit code 10 if anything would change on any host, else 0',
  ),
  resume: switchOption(
    'go on with the last run: pass over the hosts on which it succeeded with the same options',
  ),
  ...flagsOnly({
    'kepler-binary': agentOption(
      'FILE',
      'the program of a release of Kepler, on this front-end, for --agent kepler',
    ),
  }),
  telegraf: switchOption(
    'also let the Telegraf of each host tell the power of the whole machine and of its CPUs',
  ),
  'live-migrate': switchOption('also install the sudo rules of live migration'),
  ...agentOptions,
  ...runOptions,
};
type InstallGiven = Given<typeof options>;

const agentNames = Object.keys(agentOptions) as readonly (keyof typeof agentOptions)[];
const agentArgv = ({ options: values }: InstallGiven): readonly string[] => [
  ...agentNames.flatMap((name) => {
    const text = values[name];
    return text === undefined ? [] : [`--${name}`, text];
  }),
  ...(values.telegraf ? ['--telegraf'] : []),
];

const optionalArgv = (name: string, value: string | undefined): readonly string[] =>
  value === undefined ? [] : [name, value];

/** What goes to hosts that do not have it: the suite's own agent, or the program of Kepler. */
const readBrought = async ({ options: values }: InstallGiven): Promise<Brought | undefined> => {
  const binary = values['kepler-binary'];
  if (binary !== undefined) return readKeplerBinary(binary);
  return values.agent === 'onepower' ? readAgentArchive(packageFolder()) : undefined;
};

const runArgv = (given: InstallGiven, brought: Brought | undefined): readonly string[] => [
  ...agentArgv(given),
  ...(brought === undefined ? [] : formatBrought(brought)),
];

/** What is to be resumed: the operands or, without, the hosts of the last run that are still there. */
const namesToResume = (
  given: InstallGiven,
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
  given: InstallGiven,
  terminal: Terminal,
  preparation: Preparation,
): Promise<readonly HostRecord[]> => {
  const choice = chooseTargets(preparation.hosts, namedHosts(given));
  const run = {
    command: 'plan',
    sudoRules: given.options['live-migrate'],
    options: runArgv(given, await readBrought(given)),
  } as const;
  const { records, plans } = await preparation.run(run, choice.targets);
  const all = inOrder(records, skippedRecords(choice));
  terminal.writeResult(given.options.json ? formatOutcomesJson(all, plans) : formatPlans(all, plans));
  return all;
};

interface Work extends Omit<Resumption, 'isSameAim'> {
  readonly skipped: readonly HostRecord[];
  readonly isOfAll: boolean;
}

const planWork = async (
  given: InstallGiven,
  terminal: Terminal,
  preparation: Preparation,
  aim: Pick<LastRun, 'version' | 'options'>,
): Promise<Work> => {
  const { hosts, lastRunPath } = preparation;
  if (!given.options.resume) {
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
  given: InstallGiven,
  terminal: Terminal,
  preparation: Preparation,
): Promise<readonly HostRecord[]> => {
  const sudoRules = given.options['live-migrate'];
  const argv = [...agentArgv(given), ...optionalArgv('--kepler-binary', given.options['kepler-binary'])];
  const aim = { version, options: sudoRules ? [...argv, '--live-migrate'] : argv };
  const { todo, done, others, skipped, isOfAll } = await planWork(given, terminal, preparation, aim);
  const warn = (text: string): void => terminal.writeNote(`warning: ${text}\n`);
  const file = openLastRunFile(preparation.lastRunPath, warn);
  const remember = (records: readonly HostRecord[]): Promise<void> =>
    file.write({ ...aim, isOfAll, hosts: inOrder(records, done, others) });
  await remember(todo.map(notBegun));
  const brought = await readBrought(given);
  const run = { command: 'install', sudoRules, options: runArgv(given, brought), brought } as const;
  const { records } = await preparation.run(run, todo, (current) => void remember(current));
  await remember(records);
  const all = inOrder(records, done, skipped);
  terminal.writeResult(given.options.json ? formatOutcomesJson(all) : formatOutcomes(all));
  if (all.some(({ result }) => result === 'installed')) {
    terminal.writeNote('Next, so that Prometheus scrapes the agents: oneext prometheus patch\n');
  }
  return all;
};

const details = `Sends host.sh over ssh to the hosts that are named (by name or id), or to all KVM hosts of the cloud that are neither
disabled nor offline, and runs it there. If it fails on one host, the others go on. A second run changes nothing.
--plan shows what host.sh plan says. After Ctrl-C, the hosts at work undo what they did; --resume continues the run.`;

export const installVerb = defineVerb({
  name: 'install',
  summary: 'give hypervisors a power agent that measures',
  operands: '[HOST...]',
  details,
  options,
  exclusive: [['plan', 'resume']],
  run: async (given, terminal) => {
    const preparation = await prepare(given, terminal);
    const records = await (given.options.plan ? showPlans : install)(given, terminal, preparation);
    const unwell = records.filter(({ result }) => !isWell(result));
    const planned = records.filter(({ result }) => result === 'planned').length;
    if (unwell.length === 0 && planned > 0)
      throw cliError('WOULD_CHANGE', { what: `${planned} of ${records.length} hosts` });
    if (unwell.length === 0) return;
    const hosts = formatNames(unwell.map(({ name }) => name));
    throw hostsError('HOSTS_INCOMPLETE', { count: unwell.length, total: records.length, hosts });
  },
});
