/** From what meters say to the energy of a host: wraps, zones that stand for each other, zones that fail. */
import type { CounterReading, EnergyStep, MeterReading, PowerReading, ZoneEnergy } from './meter.ts';

/** Where energy was measured last. */
export interface EnergyState {
  /** Seconds that never step back. */
  readonly at: number;
  /** In microjoules, by zone. */
  readonly counters: ReadonlyMap<string, number>;
  /** Whether psys stands for the whole host; `undefined` until a step has shown it. */
  readonly psysCounts: boolean | undefined;
}

/** Counters move every few milliseconds: one that has not for so long stands still. In seconds. */
const longestStandstill = 10;
/** psys that has not moved for so long does not stand for the host. In seconds. */
const longestFirstStandstill = 3;
/** A counter may have wrapped more than once in a longer time. In seconds. */
const longestStep = 120;
/** A zone that seems to draw more was reset, and did not wrap. */
const mostWatts = 10_000;

/** In joules; `undefined` where the counter was reset, or is new. */
const zoneJoules = (
  before: number | undefined,
  counter: CounterReading,
  seconds: number,
): number | undefined => {
  if (before === undefined || counter.microjoules === undefined) return undefined;
  const moved = counter.microjoules - before;
  const joules = (moved < 0 ? moved + counter.range : moved) / 1e6;
  return joules >= 0 && joules <= mostWatts * seconds ? joules : undefined;
};

const sumOf = (zones: readonly Measured[], ...kinds: readonly CounterReading['kind'][]): number =>
  zones.reduce((sum, { counter, joules }) => sum + (kinds.includes(counter.kind) ? (joules ?? 0) : 0), 0);

interface Measured {
  readonly counter: CounterReading;
  readonly joules: number | undefined;
}

const joulesOfPsys = (zones: readonly Measured[]): number | undefined =>
  zones.find(({ counter }) => counter.kind === 'psys')?.joules;

/**
 * psys is the whole host's on some machines, and on others it stands still or covers a part only. The first step
 * in which all packages are known decides, also for times in which psys cannot be read: what is counted does not change.
 */
const judgePsys = (zones: readonly Measured[]): boolean =>
  zones.every(({ counter, joules }) => counter.kind !== 'package' || joules !== undefined) &&
  (joulesOfPsys(zones) ?? 0) > 0 &&
  sumOf(zones, 'psys') >= sumOf(zones, 'package', 'dram');

const advanceCounters = (
  state: EnergyState,
  counters: readonly CounterReading[],
  at: number,
): { readonly step: EnergyStep; readonly state: EnergyState } => {
  const seconds = at - state.at;
  const failedZones = counters.flatMap(({ zone, microjoules }) => (microjoules === undefined ? [zone] : []));
  const now = new Map(
    counters.flatMap(({ zone, microjoules }) =>
      microjoules === undefined ? [] : [[zone, microjoules] as const],
    ),
  );
  const anew: EnergyState = { ...state, at, counters: now };
  const unknown = (failed: readonly string[], why: string) => ({
    step: { kind: 'unknown' as const, failedZones: [...new Set([...failedZones, ...failed])], why },
    state: anew,
  });
  if (state.counters.size === 0) return unknown([], 'the counters were read for the first time');
  if (seconds > longestStep) return unknown([], `the last reading is ${Math.round(seconds)} s old`);

  const zones = counters.map((counter) => ({
    counter,
    joules: zoneJoules(state.counters.get(counter.zone), counter, seconds),
  }));
  if (state.psysCounts === undefined && joulesOfPsys(zones) === 0 && seconds < longestFirstStandstill)
    return { step: { kind: 'waiting' }, state };
  const psysCounts = state.psysCounts ?? judgePsys(zones);
  const isCounted = ({ kind }: CounterReading): boolean =>
    psysCounts ? kind === 'psys' : kind === 'package' || kind === 'dram';
  const needed = zones.filter(({ counter }) => counter.kind === (psysCounts ? 'psys' : 'package'));
  if (needed.length === 0) return unknown([], `there is no counter of ${psysCounts ? 'psys' : 'a package'}`);
  const lost = needed.filter(({ joules }) => joules === undefined).map(({ counter }) => counter.zone);
  if (lost.length > 0) return unknown([], `no energy is known of ${lost.join(', ')}`);
  const still = needed.filter(({ joules }) => joules === 0).map(({ counter }) => counter.zone);
  if (still.length > 0) {
    if (seconds < longestStandstill) return { step: { kind: 'waiting' }, state };
    return unknown(still, `${still.join(', ')} stands still`);
  }
  const given = zones.flatMap(({ counter, joules }): readonly ZoneEnergy[] =>
    joules === undefined ? [] : [{ zone: counter.zone, joules, isCounted: isCounted(counter) }],
  );
  const joules = given.reduce((sum, zone) => sum + (zone.isCounted ? zone.joules : 0), 0);
  return {
    step: { kind: 'measured', joules, zones: given, failedZones, isOfThisTime: true },
    state: { at, counters: now, psysCounts },
  };
};

const advancePower = (
  state: EnergyState,
  { zone, watts, isNew }: PowerReading,
  at: number,
): { readonly step: EnergyStep; readonly state: EnergyState } => {
  const anew = { ...state, at };
  const seconds = at - state.at;
  if (watts === undefined || !(watts > 0 && watts <= mostWatts))
    return { step: { kind: 'unknown', failedZones: [zone], why: `${zone} gives no power` }, state: anew };
  if (!(seconds > 0 && seconds <= longestStep))
    return {
      step: { kind: 'unknown', failedZones: [], why: 'the power was read for the first time' },
      state: anew,
    };
  const joules = watts * seconds;
  return {
    step: {
      kind: 'measured',
      joules,
      zones: [{ zone, joules, isCounted: true }],
      failedZones: [],
      isOfThisTime: isNew,
    },
    state: anew,
  };
};

export const noEnergyYet: EnergyState = {
  at: Number.NEGATIVE_INFINITY,
  counters: new Map(),
  psysCounts: undefined,
};

/** The next reading is as the first. */
export const forgetReading = ({ psysCounts }: EnergyState): EnergyState => ({ ...noEnergyYet, psysCounts });

/** @param at seconds that never step back, also where the clock is set */
export const advanceEnergy = (
  state: EnergyState,
  reading: MeterReading,
  at: number,
): { readonly step: EnergyStep; readonly state: EnergyState } =>
  reading.kind === 'counters'
    ? advanceCounters(state, reading.counters, at)
    : advancePower(state, reading.power, at);
