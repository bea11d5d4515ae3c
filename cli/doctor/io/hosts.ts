/** Looks at hypervisors with ssh, sixteen at a time, each within the limits of `oneext tunnel`. Changes nothing. */
import { isHostName } from '../../../lib/host-name.ts';
import { isKvm } from '../../../lib/one/host.ts';
import type { Argv } from '../../../lib/remote-command.ts';
import { createHosts, type Hosts } from '../../../live-migrate/io/hosts.ts';
import { type HostTunnels, withTunnels } from '../../../live-migrate/io/list-tunnels.ts';
import { findVswitch } from '../../../live-migrate/steps.ts';
import type { Surroundings } from '../check.ts';
import type { HostFacts, HostLook } from '../hosts.ts';
import { tunnelDriversOf } from '../live-migrate.ts';
import { type SudoAnswer, sudoListArgv, sudoRights } from '../sudo.ts';

/** Commands after another on one host: its network, then the others at once; and the end of the connection. */
const roundsOfHost = 3;
const hostsAtOnce = 16;

const namesOf = async ({ hostNames, hosts }: Surroundings): Promise<readonly string[]> => {
  if (hostNames !== 'all') return hostNames ?? [];
  return (await hosts()).filter(isKvm).map(({ name }) => name);
};

/** Longest time for all hosts. */
export const hostsLimitMs = async (surroundings: Surroundings): Promise<number> => {
  const { options } = surroundings;
  const names = await namesOf(surroundings);
  const eachMs = options['tunnel.ssh-timeout'] + roundsOfHost * options['tunnel.step-timeout'];
  return Math.max(options['doctor.time-limit'], Math.ceil(names.length / hostsAtOnce) * eachMs);
};

const notLooked = (host: string, problem: string): HostLook => ({
  host,
  problem,
  sudo: [],
  hasOpenVswitch: false,
  hasKernelVxlan: false,
  hasStockMigrate: false,
  leftovers: [],
  aheadMs: undefined,
});

const askSudo = async (hosts: Hosts, host: string, right: SudoAnswer['right']): Promise<SudoAnswer> => {
  const { status } = await hosts.run(host, sudoListArgv(right, false));
  return { right, isPermitted: status === 0 };
};

const readClock = async (hosts: Hosts, host: string, now: () => number): Promise<number | undefined> => {
  const startedAt = now();
  const { status, stdout } = await hosts.run(host, ['date', '+%s%3N']);
  const there = /^\d{13}\s*$/.test(stdout) ? Number(stdout) : undefined;
  return status !== 0 || there === undefined ? undefined : there - (startedAt + now()) / 2;
};

const lookAt = async (
  hosts: Hosts,
  { host, problem, tunnels, resets }: HostTunnels,
  { options, now }: Surroundings,
): Promise<HostLook> => {
  if (problem !== undefined) return notLooked(host, problem);
  const rights = Object.keys(sudoRights) as readonly SudoAnswer['right'][];
  const succeeds = async (argv: Argv): Promise<boolean> => (await hosts.run(host, argv)).status === 0;
  const stock = `${options['tunnel.remotes']}/vmm/kvm/migrate`;
  const [hasOpenVswitch, sudo, hasKernelVxlan, hasStockMigrate, aheadMs] = await Promise.all([
    succeeds(findVswitch),
    Promise.all(rights.map((right) => askSudo(hosts, host, right))),
    succeeds(['env', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'modprobe', '--dry-run', 'vxlan']),
    succeeds(['test', '-x', stock]),
    readClock(hosts, host, () => now().getTime()),
  ]);
  const dead = tunnels.filter(({ owner }) => owner === 'dead').map(({ device }) => device);
  return {
    host,
    problem: undefined,
    sudo,
    hasOpenVswitch,
    hasKernelVxlan,
    hasStockMigrate,
    leftovers: [...dead, ...resets.map(({ address }) => `${address} on the loopback`)],
    aheadMs,
  };
};

export const probeHosts = async (surroundings: Surroundings): Promise<HostFacts> => {
  const { hostNames, user, options } = surroundings;
  if (hostNames === undefined) return { why: 'not-asked', tunnels: undefined, looks: [] };
  if (user.uid === 0 && user.oneadmin !== undefined)
    return { why: 'not-oneadmin', tunnels: undefined, looks: [] };
  const conf = await surroundings.onedConf();
  const openHosts = (): Promise<Hosts> =>
    createHosts({
      connectTimeoutMs: options['tunnel.ssh-timeout'],
      commandTimeoutMs: options['tunnel.step-timeout'],
    });
  const names = await namesOf(surroundings);
  const looks = await withTunnels(names.filter(isHostName), openHosts, (hosts, found) =>
    lookAt(hosts, found, surroundings),
  );
  const odd = names.filter((name) => !isHostName(name)).map((name) => notLooked(name, 'is no name for ssh'));
  const tunnels = 'value' in conf ? tunnelDriversOf(conf.value).tunnelling.length > 0 : undefined;
  return { why: undefined, tunnels, looks: [...looks, ...odd] };
};
