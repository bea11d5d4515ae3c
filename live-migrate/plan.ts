/** Plans one migration from what its two hosts have. */

import type { Underlay } from './addresses.ts';
import { chooseTunnel } from './choose-tunnel.ts';
import { migrationError } from './errors.ts';
import type { HostNetwork, TunnelKind } from './host-network.ts';
import type { FrontEnd } from './lease.ts';
import { type JudgedTunnel, judgeTunnels, strayResets } from './leftovers.ts';
import type { MigrationRequest } from './request.ts';
import {
  type Leftovers,
  removalSteps,
  type Step,
  type TunnelPlan,
  tunnelMigrationStep,
  tunnelSteps,
} from './steps.ts';
import type { TunnelOptions } from './tunnel-options.ts';

/** Of the source and of the destination. */
export interface Survey {
  readonly networks: readonly [HostNetwork, HostNetwork];
  readonly underlay: Underlay;
}

export interface PlanInput {
  readonly request: MigrationRequest;
  readonly options: TunnelOptions;
  readonly survey: Survey;
  readonly frontEnd: FrontEnd;
  /** Of the tunnel to be made. */
  readonly lease: string;
}

const findLeftovers = ({ request, frontEnd }: PlanInput, host: string, network: HostNetwork): Leftovers => {
  const isLeftover = ({ vmId, owner, lease }: JudgedTunnel): boolean => {
    if (vmId !== request.vmId) return owner === 'dead';
    if (owner === 'alive')
      throw migrationError('MIGRATION_UNDERWAY', { vmId, pid: lease?.pid ?? '?', frontEnd: frontEnd.name });
    return true; // OpenNebula never migrates a VM twice at once
  };
  const tunnels = judgeTunnels(network, frontEnd).filter(isLeftover);
  return { host, tunnels, resets: strayResets(network, tunnels) };
};

const chooseKind = (wanted: TunnelOptions['tunnel.type'], { networks }: Survey): TunnelKind => {
  if (wanted !== 'auto') return wanted;
  return networks.every(({ bridges }) => bridges !== undefined) ? 'openvswitch' : 'kernel';
};

/** Removes leftovers, makes the tunnel, migrates. Fails with MIGRATION_UNDERWAY or TUNNEL_NONE_FREE. */
export const planMigration = (
  input: PlanInput,
): { readonly plan: TunnelPlan; readonly steps: readonly Step[] } => {
  const { request, options, survey, lease } = input;
  const { networks, underlay } = survey;
  const { source, destination, vmId } = request;
  const leftovers = [
    findLeftovers(input, source, networks[0]),
    findLeftovers(input, destination, networks[1]),
  ];
  const plan: TunnelPlan = {
    ends: { source, destination },
    tunnel: chooseTunnel(vmId, networks),
    kind: chooseKind(options['tunnel.type'], survey),
    datapaths: [
      networks[0].bridges?.get(underlay.sourceDevice) ?? '',
      networks[1].bridges?.get(underlay.destinationDevice) ?? '',
    ],
    underlay,
    lease,
  };
  const migration = tunnelMigrationStep(request, plan.tunnel, {
    remotes: options['tunnel.remotes'],
    stallSeconds: Math.ceil(options['tunnel.stall-timeout'] / 1000),
  });
  return { plan, steps: [...removalSteps(leftovers, vmId), ...tunnelSteps(plan), migration] };
};
