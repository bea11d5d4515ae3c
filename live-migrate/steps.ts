/**
 * The steps that migrations consist of. Whatever a step makes, its `undo` removes; the tunnel lives from the step
 * that makes it to the end of the list.
 */

import type { Argv } from '../lib/remote-command.ts';
import type { Ends, Underlay } from './addresses.ts';
import { driverScript, guardScript } from './guard-script.ts';
import { type FoundTunnel, leaseKey, type TunnelKind } from './host-network.ts';
import type { MigrationRequest } from './request.ts';
import { type Tunnel, vxlanPort } from './tunnel.ts';

export interface Step {
  readonly host: string;
  /** What it does, as an operator would say it. */
  readonly what: string;
  readonly argv: Argv;
  /** Removes what this step has made. */
  readonly undo?: Argv;
  /** Its failure ends nothing. */
  readonly noFail?: true;
  /** The probe and the migration have errors of their own. */
  readonly part: 'leftover' | 'tunnel' | 'probe' | 'migration';
}

const sudo = (...argv: Argv): Argv => ['sudo', '-n', ...argv];
/** Below the time that a step has on the network. */
const vswitchSeconds = 10;
export const vsctl = (...argv: Argv): Argv => sudo('ovs-vsctl', `--timeout=${vswitchSeconds}`, ...argv);

const removalOf = (kind: TunnelKind, device: string): Argv =>
  kind === 'openvswitch'
    ? vsctl('--if-exists', 'del-br', device)
    : sudo('ip', 'link', 'delete', 'dev', device);

export interface TunnelPlan {
  readonly ends: Ends;
  readonly tunnel: Tunnel;
  readonly kind: TunnelKind;
  /** Of each end; only of use with Open vSwitch. */
  readonly datapaths: readonly [string, string];
  readonly underlay: Underlay;
  /** Written into the tunnel. */
  readonly lease: string;
}

const makeDevice = (plan: TunnelPlan, end: 0 | 1): Argv => {
  const { tunnel, kind, underlay } = plan;
  const addresses = [underlay.sourceAddress, underlay.destinationAddress] as const;
  const [local, remote] = [addresses[end], addresses[end === 0 ? 1 : 0]];
  const vni = String(tunnel.vni);
  if (kind === 'kernel') {
    const ends = ['id', vni, 'local', local, 'remote', remote, 'dstport', String(vxlanPort)];
    return sudo('ip', 'link', 'add', 'name', tunnel.device, 'type', 'vxlan', ...ends);
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
  const address = end === 0 ? tunnel.sourceAddress : tunnel.destinationAddress;
  const { device, network } = tunnel;
  const alias = kind === 'kernel' ? ['alias', plan.lease] : [];
  const step = (what: string, argv: Argv): Step => ({ host, what, argv, part: 'tunnel' });
  return [
    { ...step(`makes ${device}`, makeDevice(plan, end)), undo: removalOf(kind, device) },
    step('raises it', sudo('ip', 'link', 'set', 'dev', device, 'mtu', String(underlay.mtu), ...alias, 'up')),
    // The route is made apart: that fails where another tunnel took the same network in the meantime.
    step(
      'gives it an address',
      sudo('ip', 'address', 'add', `${address}/30`, 'dev', device, 'noprefixroute'),
    ),
    step('leads its network into it', sudo('ip', 'route', 'add', network, 'dev', device, 'src', address)),
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

export const tunnelSteps = (plan: TunnelPlan): readonly Step[] => [
  ...tunnelEndSteps(plan, 0),
  ...tunnelEndSteps(plan, 1),
  {
    host: plan.ends.source,
    what: 'sends a packet of full size through the tunnel',
    argv: pingThrough(plan.tunnel.destinationAddress, plan.underlay.mtu, probeSeconds),
    part: 'probe',
  },
];

export interface Leftovers {
  readonly host: string;
  readonly tunnels: readonly FoundTunnel[];
  readonly resets: readonly string[];
}

/** Those of this VM must go; to remove those of others is a service. */
export const removalSteps = (leftovers: readonly Leftovers[], vmId?: number): readonly Step[] =>
  leftovers.flatMap(({ host, tunnels, resets }) => [
    ...resets.map(
      (address): Step => ({
        host,
        what: `removes ${address}, which a watchdog left on its loopback`,
        argv: sudo('ip', 'address', 'delete', `${address}/32`, 'dev', 'lo'),
        noFail: true,
        part: 'leftover',
      }),
    ),
    ...tunnels.map(
      (tunnel): Step => ({
        host,
        what: `removes ${tunnel.device}, a leftover`,
        argv: removalOf(tunnel.kind, tunnel.device),
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
  argv: [
    'sh',
    '-c',
    ...script,
    String(request.document.length),
    `${remotes}/vmm/kvm/migrate`,
    ...request.words,
  ],
  part: 'migration',
});

/** The stock driver with the tunnel's address for QEMU's streams, under a watchdog. */
export const tunnelMigrationStep = (
  request: MigrationRequest,
  { destinationAddress }: Tunnel,
  { remotes, stallSeconds }: MigrationOptions,
): Step => {
  const script = [guardScript, 'migrate_tunnel', destinationAddress, String(stallSeconds)];
  return driverStep(request, 'through the tunnel', remotes, script);
};

/** The stock driver alone. */
export const directMigrationStep = (request: MigrationRequest, remotes: string): Step =>
  driverStep(request, 'without a tunnel', remotes, [driverScript, 'migrate_tunnel']);
