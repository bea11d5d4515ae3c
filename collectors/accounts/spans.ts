/**
 * What two readings of an agent say of the time between them.
 *
 * Counters: what they differ by, however far the readings are apart. Power: that of the second reading, which the
 * agent has averaged since it was asked before, over the time between the two, as far as that is not too long.
 */
import { isLongerThanPassed } from '../agents/measured-time.ts';

/** What an agent's answer says, as far as it is believed; in microwatts. */
export interface SeenPower {
  /** By VM id. A VM that is not in it was not measured. `undefined` where the agent measures no VMs. */
  readonly vmPower: ReadonlyMap<number, number> | undefined;
  readonly hostPower: number | undefined;
}

/** A counter of a VM: joules, or processor seconds. */
export interface SeenCount {
  readonly vmId: number | undefined;
  readonly count: number;
  /** The counter of which this is the end: its VM may run again, and count anew there. */
  readonly endOf?: string;
}

/** Of an agent that counts energy, or what it can be made of. */
export interface SeenCounters {
  /** When they were read, by the agent's own measure of time; 0 where it has none. */
  readonly seconds: number;
  readonly hostJoules: number;
  /** What the joules are the sum of: those of others cannot be compared with them. */
  readonly meter: string;
  /** By what tells one counter from another. */
  readonly vms: ReadonlyMap<string, SeenCount>;
  /** Of them, those of VMs that have ended: their last joules count, and where they stand still nothing is measured. */
  readonly ended?: ReadonlySet<string>;
  /** How many CPUs the host has, where VMs have processor seconds: they get that part of its energy. */
  readonly cpus?: number;
  /** What each of their processor seconds adds to the host, where VMs are charged for that. */
  readonly wattsPerCpu?: number;
  /** What the processors themselves count: it goes on when the agent begins anew, and wraps. */
  readonly rawHostJoules?: number;
}

/** What an agent has said. */
export interface Sight {
  /** Tells one agent from another: its URL. */
  readonly place: string;
  readonly agent: string;
  /** Whole milliseconds on the exporter's clock. */
  readonly readAt: number;
  /** How long the agent is left alone after that, where it is longer than usual. */
  readonly restMs?: number | undefined;
  /** `undefined` where the answer is not used. */
  readonly reading: SeenPower | undefined;
  /** Of an agent that counts energy. */
  readonly counters: SeenCounters | undefined;
  /** The answer is no more than a first reading of counters: what they differ by is not known to the reader yet. */
  readonly isFirst: boolean;
}

/** Energy between two moments, in millijoules. */
export interface Span {
  readonly from: number;
  readonly to: number;
  /** `undefined` where the agent does not tell. */
  readonly hostMillijoules: number | undefined;
  /** By VM id; `undefined` where the agent measures no VMs. */
  readonly vms: ReadonlyMap<number, number> | undefined;
}

/** What is remembered of an agent. */
export interface Place {
  readonly agent: string;
  readonly readAt: number;
  /** As its sight had it; not kept. */
  readonly restMs?: number | undefined;
  readonly counters: SeenCounters | undefined;
  /** The newest span; `undefined` before the second reading. */
  readonly last: Span | undefined;
}

/** More than any host draws: a counter that moves faster has jumped. */
const mostWatts = 100_000;
/** Shares are measured a moment apart from the whole. */
const tolerance = 1.1;
/** Of the moments at which an agent and the exporter look at their clocks. */
const clockErrorMs = 1000;
/** Small counters of processors wrap at 65 kJ, at 1 kW in a minute: after more time one may be higher than before again. */
const longestRawMs = 60_000;

interface HostMoved {
  readonly isAnew: boolean;
  readonly millijoules: number;
  readonly lengthMs: number;
}

/** What the counters of VMs have moved by, in millijoules; values that cannot be true are left out. */
const vmsBetween = (
  earlier: SeenCounters,
  now: SeenCounters,
  host: HostMoved,
): ReadonlyMap<number, number> => {
  const vms = new Map<number, number>();
  const absurd = new Set<number>();
  const most = host.millijoules * tolerance;
  const { cpus, wattsPerCpu } = now;
  const bySeconds = cpus === undefined ? 1000 : host.millijoules / ((host.lengthMs / 1000) * cpus);
  const perCount = wattsPerCpu === undefined ? bySeconds : wattsPerCpu * 1000;
  /** Counters whose end is told elsewhere: what stands there now has begun anew. */
  const begun = new Set(
    [...now.vms].flatMap(([key, { endOf }]) => (earlier.vms.has(key) ? [] : (endOf ?? []))),
  );
  const countBefore = (key: string, { endOf }: SeenCount): number | undefined => {
    if (host.isAnew || begun.has(key)) return 0;
    return (earlier.vms.get(key) ?? earlier.vms.get(endOf ?? ''))?.count;
  };
  for (const [key, seen] of now.vms) {
    const { vmId, count } = seen;
    const before = countBefore(key, seen);
    if (before === undefined) continue; // it may be older than the reading before: nobody knows what is new of it
    if (vmId === undefined) continue;
    const energy = (count < before ? count : count - before) * perCount;
    if (energy === 0 && now.ended?.has(key) === true) continue;
    if (energy >= 0 && energy <= most) vms.set(vmId, (vms.get(vmId) ?? 0) + energy);
    else absurd.add(vmId);
  }
  for (const vmId of absurd) vms.delete(vmId);
  return vms;
};

/** In millijoules; `undefined` where the counters of the host have begun anew, or may have wrapped. */
const hostBetween = (earlier: SeenCounters, now: SeenCounters, lengthMs: number): number | undefined => {
  const moved = now.hostJoules - earlier.hostJoules;
  if (moved >= 0) return moved * 1000;
  const raw = (now.rawHostJoules ?? Number.NaN) - (earlier.rawHostJoules ?? Number.NaN);
  return raw >= 0 && lengthMs <= longestRawMs ? raw * 1000 : undefined;
};

/** What `now` differs by from `earlier`; `undefined` where that cannot be true. */
const spanOfCounters = (
  earlier: SeenCounters,
  now: SeenCounters,
  from: number,
  to: number,
): Span | undefined => {
  const isAnew = now.seconds < earlier.seconds;
  // What began anew since then cannot have counted for longer: CPUs came, or another machine answers.
  if (isAnew && now.seconds * 1000 > (to - from) * tolerance + clockErrorMs) return undefined;
  if (isLongerThanPassed((now.seconds - earlier.seconds) * 1000, to - from)) return undefined;
  const host = isAnew ? now.hostJoules * 1000 : hostBetween(earlier, now, to - from);
  const since = isAnew ? Math.max(from, to - Math.round(now.seconds * 1000)) : from;
  if (host === undefined || !(host >= 0 && host <= mostWatts * (to - since)) || since >= to) return undefined;
  const vms = vmsBetween(earlier, now, { isAnew, millijoules: host, lengthMs: to - since });
  const sum = [...vms.values()].reduce((all, one) => all + one, 0);
  if (sum > host * tolerance) return undefined;
  return { from: since, to, hostMillijoules: host, vms };
};

const spanOfPower = ({ vmPower, hostPower }: SeenPower, from: number, to: number): Span => {
  /** Microwatts times milliseconds are nanojoules. */
  const energy = (microwatts: number): number => (microwatts * (to - from)) / 1e6;
  const hostMillijoules = hostPower === undefined ? undefined : energy(hostPower);
  if (vmPower === undefined) return { from, to, hostMillijoules, vms: undefined };
  const vms = new Map<number, number>();
  for (const [id, power] of vmPower) vms.set(id, energy(power));
  return { from, to, hostMillijoules, vms };
};

export interface Progress {
  /** `undefined` while nothing of this agent is known. */
  readonly place: Place | undefined;
  /** What the answer adds, if it adds anything. */
  readonly span: Span | undefined;
}

/** By the power of the reading, as far as it is believed for that long. */
const spanSince = (before: Place, { reading, readAt }: Sight, longestGapMs: number): Span | undefined =>
  reading === undefined || readAt - before.readAt > longestGapMs
    ? undefined
    : spanOfPower(reading, before.readAt, readAt);

const takeCounters = (
  before: Place | undefined,
  sight: Sight,
  counters: SeenCounters,
  longestGapMs: number,
): Progress => {
  const { agent, readAt, restMs } = sight;
  const anew: Place = { agent, readAt, restMs, counters, last: undefined };
  const isBelieved = sight.reading !== undefined || sight.isFirst;
  const isSame = before?.agent === agent && before.counters?.meter === counters.meter;
  if (before?.counters === undefined || !isSame || !isBelieved) return { place: anew, span: undefined };
  const isStill =
    counters.hostJoules === before.counters.hostJoules && counters.seconds >= before.counters.seconds;
  // What moves later has moved since the reading from which they stand still.
  if (isStill) return { place: before, span: undefined };
  const span =
    spanOfCounters(before.counters, counters, before.readAt, readAt) ??
    spanSince(before, sight, longestGapMs);
  return { place: { ...anew, last: span }, span };
};

/** @param before what was remembered of the agent at this place */
export const takeSight = (before: Place | undefined, sight: Sight, longestGapMs: number): Progress => {
  const { agent, readAt, restMs, reading, counters } = sight;
  if (before !== undefined && readAt <= before.readAt) return { place: before, span: undefined };
  if (counters !== undefined) return takeCounters(before, sight, counters, longestGapMs);
  if (reading === undefined) {
    // What an agent measures begins with the first answer from which it cannot tell yet.
    const begins = sight.isFirst && before?.agent !== agent;
    const first = { agent, readAt, restMs, counters: undefined, last: undefined };
    return { place: begins ? first : before, span: undefined };
  }
  const span = before?.agent === agent ? spanSince(before, sight, longestGapMs) : undefined;
  return { place: { agent, readAt, restMs, counters: undefined, last: span }, span };
};
