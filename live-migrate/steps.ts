/**
 * The steps that migrations consist of. Whatever a step makes, its `undo` removes; the tunnel lives from the step
 * that makes it to the end of the list.
 */

import type { Argv } from '../lib/remote-command.ts';
import type { Ends, Underlay } from './addresses.ts';
import { driverScript, guardScript } from './guard-script.ts';
import { type FoundReset, type FoundTunnel, leaseKey, type TunnelKind } from './host-network.ts';
import type { MigrationRequest } from './request.ts';
import { resetLabelOf, type Tunnel, vxlanPort } from './tunnel.ts';
import { virshShim } from './virsh-shim.ts';

export interface Step {
  readonly host: string;
  /** What it does, as an operator would say it. */
  readonly what: string;
  readonly argv: Argv;
  /** Removes what this step has made. */
  readonly undo?: Argv;
  /** Its failure ends nothing. */
  readonly noFail?: true;
  /** The probes and the migration have errors of their own. */
  readonly part: 'leftover' | 'tunnel' | 'packet-probe' | 'port-probe' | 'migration';
}

const sudo = (...argv: Argv): Argv => ['sudo', '-n', ...argv];
/** Below the time that a step has on the network. */
const vswitchSeconds = 10;
export const vsctl = (...argv: Argv): Argv => sudo('ovs-vsctl', `--timeout=${vswitchSeconds}`, ...argv);
/** Succeeds where Open vSwitch makes bridges; its database alone makes none. */
export const findVswitch: Argv = ['pgrep', '-x', 'ovs-vswitchd'];

const removalOf = ({ kind, device, isIdle }: Pick<FoundTunnel, 'kind' | 'device' | 'isIdle'>): Argv => {
  if (kind === 'kernel') return sudo('ip', 'link', 'delete', 'dev', device);
  const remove = ['--if-exists', 'del-br', device] as const;
  // Without ovs-vswitchd, nobody would answer that it is done.
  return isIdle ? vsctl('--no-wait', ...remove) : vsctl(...remove);
};

export interface TunnelPlan {
  readonly ends: Ends;
  readonly tunnel: Tunnel;
  readonly kind: TunnelKind;
  /** Of each end; only of use with Open vSwitch. */
  readonly datapaths: readonly [string, string];
  readonly underlay: Underlay;
  /** Written into the tunnel. */
  readonly lease: string;
  /** A port on which QEMU takes migrations. */
  readonly migrationPort: number;
}

const makeDevice = (plan: TunnelPlan, end: 0 | 1): Argv => {
  const { tunnel, kind, underlay } = plan;
  const addresses = [underlay.sourceAddress, underlay.destinationAddress] as const;
  const [local, remote] = [addresses[end], addresses[end === 0 ? 1 : 0]];
  const vni = String(tunnel.vni);
  if (kind === 'kernel') {
    // It learns no sender's address: what it sends goes to its peer alone.
    const ends = ['id', vni, 'local', local, 'remote', remote, 'dstport', String(vxlanPort), 'nolearning'];
    const named = ['name', tunnel.device, 'address', tunnel.macs[end]];
    return sudo('ip', 'link', 'add', ...named, 'type', 'vxlan', ...ends);
  }
  const datapath = plan.datapaths[end] === '' ? [] : [`datapath_type=${plan.datapaths[end]}`];
  const options = [`remote_ip=${remote}`, `local_ip=${local}`, `key=${vni}`].map((one) => `options:${one}`);
  const lease = `external_ids:${leaseKey}="${plan.lease}"`;
  return vsctl(
    ...(['add-br', tunnel.device] as const),
    ...['--', 'set', 'Bridge', tunnel.device, ...datapath, lease],
    ...['--', 'add-port', tunnel.device, tunnel.port],
    ...['--', 'set', 'Interface', tunnel.port, 'type=vxlan', ...options],
  );
};

/** One end of the tunnel. What follows the device goes with it. */
const tunnelEndSteps = (plan: TunnelPlan, end: 0 | 1): readonly Step[] => {
  const { ends, tunnel, kind, underlay } = plan;
  const host = end === 0 ? ends.source : ends.destination;
  const [address, peer] =
    end === 0
      ? [tunnel.sourceAddress, tunnel.destinationAddress]
      : [tunnel.destinationAddress, tunnel.sourceAddress];
  const { device, network, macs } = tunnel;
  const alias = kind === 'kernel' ? ['alias', plan.lease] : [];
  const step = (what: string, argv: Argv): Step => ({ host, what, argv, part: 'tunnel' });
  // Nobody else can claim the peer's address. Open vSwitch takes packets from the peer only.
  const lladdr = ['lladdr', macs[end === 0 ? 1 : 0], 'nud', 'permanent'];
  const neighbour = step(
    'enters the other end of the tunnel as a permanent neighbour',
    sudo('ip', 'neighbour', 'replace', peer, 'dev', device, ...lladdr),
  );
  return [
    { ...step(`makes ${device}`, makeDevice(plan, end)), undo: removalOf({ kind, device, isIdle: false }) },
    step(
      `brings ${device} up`,
      sudo('ip', 'link', 'set', 'dev', device, 'mtu', String(underlay.mtu), ...alias, 'up'),
    ),
    // The route is made apart: that fails where another tunnel took the same network in the meantime.
    step(
      `gives ${device} an address`,
      sudo('ip', 'address', 'add', `${address}/30`, 'dev', device, 'noprefixroute'),
    ),
    step(
      `routes the network of the tunnel to ${device}`,
      sudo('ip', 'route', 'add', network, 'dev', device, 'src', address),
    ),
    ...(kind === 'kernel' ? [neighbour] : []),
  ];
};

/** IPv4 and ICMP headers, in bytes. */
const pingOverhead = 28;

/** Ends with the first answer, or after that many seconds. */
export const pingThrough = (address: string, bytes: number, seconds: number): Argv => {
  const size = String(bytes - pingOverhead);
  const until = ['-c', '1', '-i', '0.2', '-w', String(seconds)];
  return ['ping', '-q', '-n', ...until, '-M', 'do', '-s', size, address];
};
const probeSeconds = 5;

/** `ADDRESS PORT`: a refusal by the other end is as good as an answer, one by a firewall is not. */
const portScript = `said=$({ exec 3<> "/dev/tcp/$1/$2"; } 2>&1) && exit 0
case $said in *'Connection refused'*) exit 0 ;; esac
echo "\${said##*: }" >&2
exit 1`;

export const portProbe = (address: string, port: number): Argv => [
  ...(['env', 'LC_ALL=C', 'timeout', '-k', '1', String(probeSeconds)] as const),
  ...['bash', '-c', portScript, 'migrate_tunnel', address, String(port)],
];

export const tunnelSteps = (plan: TunnelPlan): readonly Step[] => [
  ...tunnelEndSteps(plan, 0),
  ...tunnelEndSteps(plan, 1),
  {
    host: plan.ends.source,
    what: 'sends a packet of full size through the tunnel',
    argv: pingThrough(plan.tunnel.destinationAddress, plan.underlay.mtu, probeSeconds),
    part: 'packet-probe',
  },
  {
    host: plan.ends.source,
    what: `tries TCP port ${plan.migrationPort} through the tunnel`,
    argv: portProbe(plan.tunnel.destinationAddress, plan.migrationPort),
    part: 'port-probe',
  },
];

export interface Leftovers {
  readonly host: string;
  readonly tunnels: readonly FoundTunnel[];
  readonly resets: readonly FoundReset[];
}

/** Those of this VM must go; to remove those of others is a service. */
export const removalSteps = (leftovers: readonly Leftovers[], vmId?: number): readonly Step[] =>
  leftovers.flatMap(({ host, tunnels, resets }) => [
    ...resets.map(
      ({ address, vmId: of }): Step => ({
        host,
        what: `removes ${address} from the loopback, where a watchdog left it`,
        argv: sudo('ip', 'address', 'delete', `${address}/32`, 'dev', 'lo', 'label', resetLabelOf(of)),
        noFail: true,
        part: 'leftover',
      }),
    ),
    ...tunnels.map(
      (tunnel): Step => ({
        host,
        what: `removes ${tunnel.device}, a tunnel that is left over`,
        argv: removalOf(tunnel),
        ...(tunnel.vmId === vmId ? {} : { noFail: true }),
        part: 'leftover',
      }),
    ),
  ]);

export interface MigrationOptions {
  /** Where OpenNebula keeps its scripts on hypervisors. */
  readonly remotes: string;
  readonly stallSeconds: number;
}

const driverStep = (
  request: MigrationRequest,
  how: string,
  remotes: string,
  script: readonly string[],
): Step => ({
  host: request.source,
  what: `migrates ${request.deployId} to ${request.destination} ${how}`,
  argv: ['sh', '-c', ...script, `${remotes}/vmm/kvm/migrate`, ...request.words],
  part: 'migration',
});

/** The stock driver with the tunnel's address for QEMU's streams, under a watchdog. */
export const tunnelMigrationStep = (
  request: MigrationRequest,
  { destinationAddress }: Tunnel,
  { remotes, stallSeconds }: MigrationOptions,
): Step => {
  const { document, vmId } = request;
  const numbers = [stallSeconds, document.length, vmId].map(String);
  const script = [guardScript, 'migrate_tunnel', virshShim, destinationAddress, ...numbers];
  return driverStep(request, 'through the tunnel', remotes, script);
};

/** The stock driver alone. */
export const directMigrationStep = (request: MigrationRequest, remotes: string): Step =>
  driverStep(request, 'without a tunnel', remotes, [
    ...[driverScript, 'migrate_tunnel'],
    String(request.document.length),
  ]);
