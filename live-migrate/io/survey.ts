/** Asks hosts what they have and how they reach each other. Changes nothing. */
import { type OneExtError, reasonOf } from '../../lib/errors/oneext-error.ts';
import { type Argv, formatRemoteCommand } from '../../lib/remote-command.ts';
import { type Ends, parseResolved, parseRoute, planUnderlay, type Route } from '../addresses.ts';
import { migrationError } from '../errors.ts';
import { type HostNetwork, parseHostNetwork } from '../host-network.ts';
import { kvmrcOf, parseMigrateOptions } from '../migrate-options.ts';
import type { Survey } from '../plan.ts';
import { findVswitch, vsctl } from '../steps.ts';
import type { Hosts } from './hosts.ts';

/** sshd's PATH has no sbin for ordinary users. */
const ip = (...argv: readonly string[]): Argv => [
  'env',
  'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
  'ip',
  '-json',
  ...argv,
];

const commandFailed = (host: string, command: string, detail: string, cause?: unknown): OneExtError =>
  migrationError('HOST_COMMAND_FAILED', { host, command, detail }, cause);

const askHost = async (hosts: Hosts, host: string, argv: Argv): Promise<string> => {
  const { status, stdout, stderr } = await hosts.run(host, argv);
  if (status === 0) return stdout;
  const detail = stderr.trim() === '' ? `it ended with ${status}` : stderr.trim();
  throw commandFailed(host, formatRemoteCommand(argv), detail);
};

const listBridges = vsctl(
  '--format=json',
  ...['--', '--columns=name,datapath_type,external_ids', 'list', 'Bridge'],
  ...['--', '--columns=name,type,options', 'list', 'Interface'],
);

export const readHostNetwork = async (hosts: Hosts, host: string): Promise<HostNetwork> => {
  const [links, routes, switched, running] = await Promise.all([
    askHost(hosts, host, ip('-details', 'address', 'show')),
    askHost(hosts, host, ip('-4', 'route', 'show', 'table', 'all')),
    hosts.run(host, listBridges),
    hosts.run(host, findVswitch),
  ]);
  const openVswitch = switched.status === 0 ? switched.stdout : undefined;
  try {
    return parseHostNetwork({ links, routes, openVswitch, isVswitchRunning: running.status === 0 });
  } catch (thrown) {
    throw commandFailed(host, 'ip -json', reasonOf(thrown), thrown);
  }
};

const readRoute = async (hosts: Hosts, host: string, address: string): Promise<Route> => {
  const answer = await askHost(hosts, host, ip('route', 'get', address));
  const route = parseRoute(answer);
  if (route === undefined) throw commandFailed(host, `ip -json route get ${address}`, answer);
  return route;
};

const readRoutes = async (hosts: Hosts, { source, destination }: Ends) => {
  // getent ends with 2 where it knows no such name.
  const { stdout } = await hosts.run(source, ['getent', 'ahosts', destination]);
  const resolved = parseResolved(stdout);
  if (resolved === undefined) {
    const detail = `${source} does not know the name ${destination}`;
    throw migrationError('TUNNEL_NO_UNDERLAY', { source, destination, detail });
  }
  const there = await readRoute(hosts, source, resolved);
  const back = await readRoute(hosts, destination, there.address);
  return { resolved, routes: [there, back] as const };
};

export const surveyEnds = async (hosts: Hosts, ends: Ends, remotes: string): Promise<Survey> => {
  const [{ resolved, routes }, onSource, onDestination, kvmrc] = await Promise.all([
    readRoutes(hosts, ends),
    readHostNetwork(hosts, ends.source),
    readHostNetwork(hosts, ends.destination),
    hosts.run(ends.source, ['cat', kvmrcOf(remotes)]),
  ]);
  const networks = [onSource, onDestination] as const;
  // Where the file cannot be read, the driver has no options from it either.
  const migrateOptions = parseMigrateOptions(kvmrc.stdout);
  return { networks, underlay: planUnderlay(ends, resolved, routes, networks), migrateOptions };
};
