/** Tunnels of migrations on many hosts: `oneext tunnel`. */
import { OneExtError, reasonOf } from '../../lib/errors/oneext-error.ts';
import { allEnded, createLimit } from '../../lib/io/concurrency.ts';
import { formatRemoteCommand } from '../../lib/remote-command.ts';
import type { FoundReset } from '../host-network.ts';
import { type JudgedTunnel, judgeTunnels, strayResets } from '../leftovers.ts';
import { removalSteps } from '../steps.ts';
import { readFrontEnd } from './front-end.ts';
import type { Hosts } from './hosts.ts';
import { readHostNetwork } from './survey.ts';

export interface HostTunnels {
  readonly host: string;
  readonly tunnels: readonly JudgedTunnel[];
  /** Addresses on its loopback that no migration needs any more. */
  readonly resets: readonly FoundReset[];
  /** Why it could not be asked. */
  readonly problem: string | undefined;
}

/** Connections at once: each is a process of ssh here. */
const connectionLimit = 16;

const listOn = async (hosts: Hosts, host: string): Promise<HostTunnels> => {
  try {
    await hosts.connect(host);
    const network = await readHostNetwork(hosts, host);
    const tunnels = judgeTunnels(network, readFrontEnd());
    const dead = tunnels.filter(({ owner }) => owner === 'dead');
    return { host, tunnels, resets: strayResets(network, dead), problem: undefined };
  } catch (thrown) {
    if (!(thrown instanceof OneExtError)) throw thrown;
    return { host, tunnels: [], resets: [], problem: reasonOf(thrown) };
  }
};

/** In the order of the names. @param each is called while the connection to a host is open */
export const withTunnels = <T>(
  names: readonly string[],
  openHosts: () => Promise<Hosts>,
  each: (hosts: Hosts, found: HostTunnels) => Promise<T>,
): Promise<readonly T[]> => {
  const limit = createLimit(connectionLimit);
  const visit = async (host: string): Promise<T> => {
    const hosts = await openHosts();
    try {
      return await each(hosts, await listOn(hosts, host));
    } finally {
      await hosts.close();
    }
  };
  return allEnded(names.map((host) => limit(() => visit(host))));
};

/** What was removed, and what was not and why. */
export interface Removal {
  readonly removed: readonly string[];
  readonly problems: readonly string[];
}

export const removeLeftovers = async (
  hosts: Hosts,
  { host, resets }: HostTunnels,
  tunnels: readonly JudgedTunnel[],
): Promise<Removal> => {
  const [removed, problems]: [string[], string[]] = [[], []];
  for (const { argv } of removalSteps([{ host, tunnels, resets }])) {
    const { status, stderr } = await hosts.run(host, argv);
    const command = formatRemoteCommand(argv);
    if (status === 0) removed.push(`${host}: ${command}`);
    else problems.push(`${host}: ${command} failed: ${stderr.trim() || `it ended with ${status}`}`);
  }
  return { removed, problems };
};
