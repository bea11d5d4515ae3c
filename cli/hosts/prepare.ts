/** What the verbs of `oneext hosts` share: options, the hosts that OpenNebula has, and a run over them. */
import type { Brought } from '../../host-installer/brought.ts';
import { chooseHosts, type HostChoice, type HostTarget } from '../../host-installer/choose-hosts.ts';
import { hostsError } from '../../host-installer/errors.ts';
import { hostsOptions } from '../../host-installer/hosts-options.ts';
import { readArchive } from '../../host-installer/io/read-archive.ts';
import { type HostsRunEnd, runOnHosts } from '../../host-installer/io/run-on-hosts.ts';
import type { HostRecord } from '../../host-installer/last-run.ts';
import type { RemoteRun } from '../../host-installer/remote-run.ts';
import { countOption, flagsOnly, switchOption } from '../../lib/config/options.ts';
import { suiteOptions } from '../../lib/config/suite-options.ts';
import { connectOne } from '../../lib/io/connect-one.ts';
import { readHosts } from '../../lib/io/read-hosts.ts';
import { packageFolder } from '../../lib/io/this-process.ts';
import { type Host, isKvm } from '../../lib/one/host.ts';
import { placesOf } from '../../lib/one/places.ts';
import type { Given, Terminal } from '../command.ts';

export const runOptions = {
  ...flagsOnly({
    jobs: countOption({ help: 'how many hosts are worked on at the same time', default: '10' }, 1, 100),
  }),
  json: switchOption('print JSON instead of a table'),
  ...suiteOptions,
  ...hostsOptions,
};
export type RunGiven = Given<typeof runOptions>;

export interface Preparation {
  /** All of the cloud. */
  readonly hosts: readonly Host[];
  readonly lastRunPath: string;
  run(
    run: RemoteRun & { readonly brought?: Brought | undefined },
    targets: readonly HostTarget[],
    onEnd?: (records: readonly HostRecord[]) => void,
  ): Promise<HostsRunEnd>;
}

export const prepare = async ({ options }: RunGiven, terminal: Terminal): Promise<Preparation> => {
  const archive = await readArchive(packageFolder());
  const client = await connectOne(terminal.environment, { totalTimeoutMs: options['one.timeout'] });
  const hosts = await readHosts(client);
  if (!hosts.some(isKvm)) terminal.writeNote(`None of OpenNebula's hosts (${hosts.length}) is a KVM host.\n`);
  return {
    hosts,
    lastRunPath: `${placesOf(terminal.environment).state}/hosts/last-run.json`,
    run: (run, targets, onEnd = () => undefined) =>
      runOnHosts({
        targets,
        run,
        brought: run.brought,
        onEnd,
        jobs: options.jobs,
        user: options['hosts.ssh-user'],
        connectTimeoutMs: options['hosts.ssh-timeout'],
        timeoutMs: options['hosts.timeout'],
        logFile: options['hosts.log-file'],
        archive,
        now: terminal.now,
      }),
  };
};

/** `undefined`: all hosts. */
export const namedHosts = ({ operands }: Pick<RunGiven, 'operands'>): readonly string[] | undefined =>
  operands.length === 0 ? undefined : operands;

/** Fails with HOSTS_NAMED_WRONGLY, and all that is wrong. */
export const chooseTargets = (hosts: readonly Host[], named: readonly string[] | undefined): HostChoice => {
  const choice = chooseHosts(hosts, named);
  if (choice.problems.length > 0)
    throw hostsError('HOSTS_NAMED_WRONGLY', { problems: choice.problems.join('; ') });
  return choice;
};

export const skippedRecords = ({ skipped }: HostChoice): readonly HostRecord[] =>
  skipped.map(({ id, name, reason }) => ({
    id,
    name,
    result: 'skipped',
    detail: reason,
    agent: {},
    seconds: undefined,
  }));

/** By id, as OpenNebula lists them. */
export const inOrder = (...groups: readonly (readonly HostRecord[])[]): readonly HostRecord[] =>
  groups.flat().sort((a, b) => a.id - b.id);
