/** `oneext tunnel`: the tunnels that live migrations make, and what is left of them. */
import { flagsOnly, listOption, type OptionSpec, switchOption } from '../lib/config/options.ts';
import { suiteOptions } from '../lib/config/suite-options.ts';
import { isHostName } from '../lib/host-name.ts';
import { connectOne } from '../lib/io/connect-one.ts';
import { readHosts } from '../lib/io/read-hosts.ts';
import { isKvm } from '../lib/one/host.ts';
import { migrationError } from '../live-migrate/errors.ts';
import { createHosts, type Hosts } from '../live-migrate/io/hosts.ts';
import { removeLeftovers, withTunnels } from '../live-migrate/io/list-tunnels.ts';
import type { JudgedTunnel } from '../live-migrate/leftovers.ts';
import { hostOptions } from '../live-migrate/tunnel-options.ts';
import { defineVerb, type Given, type Terminal, type VerbGroup } from './command.ts';

const hostOption: OptionSpec<string> = {
  help: 'look at this host only, instead of all KVM hosts of the cloud',
  form: 'NAME',
  parse: (text) => (isHostName(text) ? { value: text } : { mustBe: 'the name or the address of a host' }),
};
const table = { ...flagsOnly({ host: listOption(hostOption) }), ...suiteOptions, ...hostOptions };

const readNames = async (terminal: Terminal, timeoutMs: number): Promise<readonly string[]> => {
  const hosts = await readHosts(await connectOne(terminal.environment, { totalTimeoutMs: timeoutMs }));
  return hosts.filter(isKvm).map(({ name }) => name);
};

const prepare = async ({ options }: Given<typeof table>, terminal: Terminal) => {
  const names = options.host.length > 0 ? options.host : await readNames(terminal, options['one.timeout']);
  const openHosts = (): Promise<Hosts> =>
    createHosts({
      connectTimeoutMs: options['tunnel.ssh-timeout'],
      commandTimeoutMs: options['tunnel.step-timeout'],
    });
  return { names, openHosts };
};

const fail = (problems: readonly string[]): void => {
  if (problems.length > 0) throw migrationError('TUNNEL_HOSTS_INCOMPLETE', { problems: problems.join('; ') });
};

const owners = {
  alive: 'in use',
  dead: 'leftover',
  elsewhere: 'of another front-end',
  unknown: 'without a lease',
} as const;
const row = (host: string, { device, kind, owner, lease }: JudgedTunnel): string =>
  `${host}\t${device}\t${kind}\t${owners[owner]}\t${lease === undefined ? '-' : `${lease.frontEnd}:${lease.pid}`}\n`;

const list = defineVerb({
  name: 'list',
  summary: 'show the tunnels that live migrations have made and not removed yet',
  operands: '',
  details: `Each line has the host, the device, the kind, the state, and the process that made the tunnel. "leftover" means that
this process has ended: the next migration, or oneext tunnel clean, removes the tunnel.`,
  options: table,
  run: async (given, terminal) => {
    const { names, openHosts } = await prepare(given, terminal);
    const found = await withTunnels(names, openHosts, async (_, one) => one);
    for (const { host, tunnels, resets } of found) {
      for (const tunnel of tunnels) terminal.writeResult(row(host, tunnel));
      for (const { address } of resets) terminal.writeResult(`${host}\tlo\t${address}\tleftover\t-\n`);
    }
    fail(found.flatMap(({ problem }) => problem ?? []));
  },
});

const clean = defineVerb({
  name: 'clean',
  summary: 'remove what is left of migrations that have ended',
  operands: '',
  details: `A tunnel whose migration is running on this front-end is never removed. A tunnel that another front-end made, or that
has no lease, is removed only with --all.`,
  options: {
    all: switchOption('also remove tunnels of which this front-end cannot tell whether they are in use'),
    ...table,
  },
  run: async (given, terminal) => {
    const { names, openHosts } = await prepare(given, terminal);
    const { all } = given.options;
    const isWanted = ({ owner }: JudgedTunnel): boolean => owner === 'dead' || (all && owner !== 'alive');
    const removals = await withTunnels(names, openHosts, async (hosts, found) => {
      if (found.problem !== undefined) return { removed: [], problems: [found.problem] };
      return removeLeftovers(hosts, found, found.tunnels.filter(isWanted));
    });
    for (const line of removals.flatMap(({ removed }) => removed)) terminal.writeResult(`${line}\n`);
    fail(removals.flatMap(({ problems }) => problems));
  },
});

export const tunnel: VerbGroup = { about: 'Tunnels of live migrations.', verbs: [list, clean] };
