/**
 * What a step counts for a host: the energy between two moments, of the host and of the VMs that its agents saw.
 *
 * Where a host has several agents, each VM comes from the most trusted one that has measured it, and the host from the
 * most trusted one that measures the host.
 */
import type { HostAccount, Waited } from './accounts.ts';
import type { Progress, Span } from './spans.ts';

export interface Settlement {
  readonly from: number;
  readonly to: number;
  /** In millijoules, as all energy here; never less than that of the VMs. */
  readonly total: number;
  /** What each VM used, whether it belongs on this host or not; `undefined` where no agent measured VMs. */
  readonly vms: ReadonlyMap<number, number> | undefined;
}

/** A host of which something new is known: it counts now, or waits for what is known of its VMs. */
export type Settled = Settlement | { readonly waited: Waited };

export interface HostScene {
  /** `undefined` for a host that has no account yet. */
  readonly account: HostAccount | undefined;
  /** Of each agent of the host, the most trusted first. */
  readonly found: readonly Progress[];
  readonly at: number;
  readonly longestGapMs: number;
  /** Whether a VM runs on it. */
  readonly isUsed: boolean;
}

const sumOf = (values: Iterable<number>): number => {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
};

type HostSpan = Span & { readonly hostMillijoules: number };

/** What the host drew since it was counted last: what is remembered, and what the newest span adds. */
const waitFor = (account: HostAccount | undefined, span: HostSpan): Waited => {
  const { waited } = account ?? {};
  const since = waited?.to ?? account?.settledAt ?? span.from;
  // The first reading after a start, or after a gap, says nothing of the time before it.
  const from = Math.max(span.from, since);
  const before = waited !== undefined && span.from <= since ? waited : { from, millijoules: 0 };
  const to = Math.max(span.to, from);
  const added = (span.hostMillijoules * (to - from)) / (span.to - span.from);
  return { from: before.from, to, millijoules: before.millijoules + added };
};

/** The host's energy between the moments, from the agent that knows it; of another agent its mean power counts. */
const hostEnergy = (
  { account, found, longestGapMs }: HostScene,
  main: Span,
  from: number,
  to: number,
): { readonly total: number; readonly isOfMain: boolean } | undefined => {
  for (const { place, span } of found) {
    const last = place?.last;
    if (last?.hostMillijoules === undefined || to - last.to > longestGapMs) continue;
    if (last === main || account?.waited === undefined || span === undefined) {
      const total = (last.hostMillijoules * (to - from)) / (last.to - last.from);
      return { total, isOfMain: last === main };
    }
    const whole = waitFor(account, { ...last, hostMillijoules: last.hostMillijoules });
    return { total: (whole.millijoules * (to - from)) / (whole.to - whole.from), isOfMain: false };
  }
  return undefined;
};

/** What other agents have measured of VMs that the first one has not, over the same time; by their mean power. */
const vmsBetween = (
  [main, ...others]: readonly [Span, ...(readonly Span[])],
  from: number,
  to: number,
): ReadonlyMap<number, number> => {
  const partOf = (span: Span): number => (to - from) / (span.to - span.from);
  const isNew = others.some(({ vms }) => [...(vms?.keys() ?? [])].some((id) => main.vms?.has(id) !== true));
  if (!isNew && partOf(main) === 1) return main.vms ?? new Map();
  const vms = new Map<number, number>();
  for (const span of [main, ...others])
    for (const [id, own] of span.vms ?? []) if (!vms.has(id)) vms.set(id, own * partOf(span));
  return vms;
};

const settleVms = (
  scene: HostScene,
  spans: readonly [Span, ...(readonly Span[])],
): Settlement | undefined => {
  const [main] = spans;
  const from = Math.max(main.from, scene.account?.settledAt ?? main.from);
  const { to } = main;
  if (to <= from) return undefined;
  const known = vmsBetween(spans, from, to);
  const host = hostEnergy(scene, main, from, to);
  const sum = sumOf(known.values());
  const total = host?.total ?? sum;
  // Parts are measured a moment apart from the whole; two agents that differ more than that: who sees VMs is right.
  const fit = host?.isOfMain === true && sum > total ? total / sum : 1;
  const vms = fit === 1 ? known : new Map([...known].map(([id, own]) => [id, own * fit]));
  return { from, to, total: Math.max(total, sum * fit), vms };
};

const isHostSpan = (span: Span): span is HostSpan => span.hostMillijoules !== undefined;

export const settleHost = (scene: HostScene): Settled | undefined => {
  const { account, found, at, longestGapMs, isUsed } = scene;
  const spans = found.flatMap(({ span }) => (span === undefined ? [] : [span]));
  const [ofVms, ...besides] = spans.filter(({ vms }) => vms !== undefined);
  if (ofVms !== undefined) return settleVms(scene, [ofVms, ...besides]);
  const ofHost = spans.find(isHostSpan);
  if (ofHost === undefined) return undefined;
  const waited = waitFor(account, ofHost);
  // Its VMs may still be measured for this time: the host waits for them.
  if (isUsed && account !== undefined && at - account.vmsMeasuredAt <= longestGapMs) return { waited };
  const { from, to, millijoules: total } = waited;
  return to > from ? { from, to, total, vms: undefined } : undefined;
};

export const isSettlement = (settled: Settled): settled is Settlement => !('waited' in settled);
