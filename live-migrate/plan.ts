/** Plans one migration from what its two hosts have. */

import type { Underlay } from './addresses.ts';
import { chooseTunnel } from './choose-tunnel.ts';
import { migrationError } from './errors.ts';
import type { HostNetwork, TunnelKind } from './host-network.ts';
import type { FrontEnd } from './lease.ts';
import { type JudgedTunnel, judgeTunnels, strayResets } from './leftovers.ts';
import { findRefusedOption, kvmrcOf } from './migrate-options.ts';
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
  /** Words of MIGRATE_OPTIONS in kvmrc on the source. */
  readonly migrateOptions: readonly string[];
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
    if (owner === 'elsewhere') {
      const other = lease?.frontEnd ?? '?';
      throw migrationError('MIGRATION_ELSEWHERE', { vmId, host, frontEnd: other });
    }
    return true;
  };
  const tunnels = judgeTunnels(network, frontEnd).filter(isLeftover);
  return { host, tunnels, resets: strayResets(network, tunnels) };
};

const chooseKind = ({ request, options, survey }: PlanInput): TunnelKind => {
  const wanted = options['tunnel.type'];
  const { source, destination } = request;
  const without = [source, destination].find((_, end) => survey.networks[end]?.bridges === undefined);
  if (wanted === 'openvswitch' && without !== undefined)
    throw migrationError('TUNNEL_NO_VSWITCH', { host: without });
  if (wanted !== 'auto') return wanted;
  return without === undefined ? 'openvswitch' : 'kernel';
};

const refuseOptions = ({ request, options, survey }: PlanInput): void => {
  const refused = findRefusedOption(survey.migrateOptions);
  if (refused === undefined) return;
  const { option, why } = refused;
  const file = kvmrcOf(options['tunnel.remotes']);
  throw migrationError('TUNNEL_OPTION_REFUSED', { host: request.source, file, option, why });
};

/**
 * Removes leftovers, makes the tunnel, migrates. Fails with MIGRATION_UNDERWAY, MIGRATION_ELSEWHERE,
 * TUNNEL_NONE_FREE, TUNNEL_NO_VSWITCH or TUNNEL_OPTION_REFUSED.
 */
export const planMigration = (
  input: PlanInput,
): { readonly plan: TunnelPlan; readonly steps: readonly Step[] } => {
  const { request, options, survey, lease } = input;
  const { networks, underlay } = survey;
  const { source, destination, vmId } = request;
  refuseOptions(input);
  const leftovers = [
    findLeftovers(input, source, networks[0]),
    findLeftovers(input, destination, networks[1]),
  ];
  const plan: TunnelPlan = {
    ends: { source, destination },
    tunnel: chooseTunnel(vmId, networks),
    kind: chooseKind(input),
    datapaths: [
      networks[0].bridges?.get(underlay.sourceDevice) ?? '',
      networks[1].bridges?.get(underlay.destinationDevice) ?? '',
    ],
    underlay,
    lease,
    migrationPort: options['tunnel.migration-port-max'],
  };
  const migration = tunnelMigrationStep(request, plan.tunnel, {
    remotes: options['tunnel.remotes'],
    stallSeconds: Math.ceil(options['tunnel.stall-timeout'] / 1000),
  });
  return { plan, steps: [...removalSteps(leftovers, vmId), ...tunnelSteps(plan), migration] };
};
