/**
 * Whether what an agent says can be true; the same for all agents.
 *
 * One absurd value costs one VM. A page is refused only where nothing on it can be believed: the agent could not
 * measure, the power of the host is absurd, or the VMs that remain draw more than their host,
 * or than its sockets can where the power of the host is unknown.
 */
import { type Microwatts, microwatts } from '../../lib/units/units.ts';
import type { PageContent, PowerVerdict } from './agent.ts';

/** More than any socket draws; an agent that divides by no time at all gives 2^64-1. */
const mostMicrowattsPerSocket = 10_000e6;
/** Shares are measured a moment apart from the whole. */
const tolerance = 1.1;

const isPower = (value: number, most: number): boolean => value >= 0 && value <= most;

/** The VMs whose value can be true, and those whose value cannot. */
const sortVms = (
  vmPower: ReadonlyMap<number, number>,
  most: number,
): { readonly believed: ReadonlyMap<number, Microwatts>; readonly absurd: ReadonlySet<number> } => {
  const believed = new Map<number, Microwatts>();
  const absurd = new Set<number>();
  for (const [vmId, power] of vmPower) {
    if (isPower(power, most)) believed.set(vmId, microwatts(power));
    else absurd.add(vmId);
  }
  return { believed, absurd };
};

export const judgePage = ({
  version,
  problem,
  vmPower,
  hostPower,
  socketCount,
}: PageContent): PowerVerdict => {
  if (problem !== undefined) return { sound: false, version, ...problem };
  const refuse = (detail: string): PowerVerdict => ({
    sound: false,
    version,
    reason: 'absurd_value',
    detail,
  });
  const mostOfSockets = mostMicrowattsPerSocket * Math.max(1, socketCount);
  if (hostPower !== undefined && !isPower(hostPower, mostOfSockets))
    return refuse(`the host draws ${hostPower} µW`);
  const mostOfHost = hostPower === undefined ? mostOfSockets : hostPower * tolerance;
  const { believed, absurd } = sortVms(vmPower ?? new Map(), mostOfHost);
  const sum = [...believed.values()].reduce<number>((all, power) => all + power, 0);
  if (sum > mostOfHost)
    return refuse(
      hostPower === undefined
        ? `the VMs draw ${sum} µW together`
        : `the VMs draw ${sum} µW together, and their host ${hostPower} µW`,
    );
  return {
    sound: true,
    version,
    reading: {
      vmPower: vmPower === undefined ? undefined : believed,
      absurdVms: absurd,
      hostPower: hostPower === undefined ? undefined : microwatts(hostPower),
    },
  };
};
