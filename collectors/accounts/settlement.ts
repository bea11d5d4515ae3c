/**
 * What a step counts for a host: the energy between two moments, of the host and of the VMs that its agents saw.
 *
 * Where a host has several agents, VMs come from the most trusted one that measures VMs, and the host from the most
 * trusted one that measures the host.
 */
import type { HostAccount } from './accounts.ts';
import type { Place, Progress, Span } from './spans.ts';

export interface Settlement {
  readonly from: number;
  readonly to: number;
  /** In millijoules, as all energy here; never less than that of the VMs. */
  readonly total: number;
  /** What each VM used, whether it belongs on this host or not; `undefined` where no agent measured VMs. */
  readonly vms: ReadonlyMap<number, number> | undefined;
}

const sumOf = (values: Iterable<number>): number => {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
};

/** The host's energy between the moments, from the agent that knows it; of another agent its mean power counts. */
const hostEnergy = (
  main: Span,
  places: readonly Place[],
  from: number,
  to: number,
  longestGapMs: number,
): { readonly total: number; readonly isOfMain: boolean } | undefined => {
  for (const { last } of places) {
    if (last?.hostMillijoules === undefined || to - last.to > longestGapMs) continue;
    const total = (last.hostMillijoules * (to - from)) / (last.to - last.from);
    return { total, isOfMain: last === main };
  }
  return undefined;
};

/**
 * @param found of each agent of the host, the most trusted first
 * @param account `undefined` for a host that has none yet
 */
export const settleHost = (
  account: HostAccount | undefined,
  found: readonly Progress[],
  at: number,
  longestGapMs: number,
): Settlement | undefined => {
  const spans = found.flatMap(({ span }) => (span === undefined ? [] : [span]));
  const ofVms = spans.find(({ vms }) => vms !== undefined);
  // Its VMs may still be measured for this time: the host waits for them.
  const isWaiting = account !== undefined && at - account.vmsMeasuredAt <= longestGapMs;
  const ofHost = isWaiting ? undefined : spans.find(({ hostMillijoules }) => hostMillijoules !== undefined);
  const main = ofVms ?? ofHost;
  if (main === undefined) return undefined;
  const from = Math.max(main.from, account?.settledAt ?? main.from);
  const { to } = main;
  if (to <= from) return undefined;
  const factor = (to - from) / (main.to - main.from);
  const places = found.flatMap(({ place }) => (place === undefined ? [] : [place]));
  const host = hostEnergy(main, places, from, to, longestGapMs);
  const sum = sumOf(main.vms?.values() ?? []) * factor;
  const total = host?.total ?? sum;
  // Parts are measured a moment apart from the whole; two agents that differ more than that: who sees VMs is right.
  const fit = host?.isOfMain === true && sum > total ? total / sum : 1;
  const scale = factor * fit;
  const vms =
    main.vms === undefined || scale === 1
      ? main.vms
      : new Map([...main.vms].map(([id, own]) => [id, own * factor * fit]));
  return { from, to, total: Math.max(total, sum * fit), vms };
};
