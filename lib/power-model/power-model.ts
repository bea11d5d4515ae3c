/**
 * What a host draws against how many of its CPUs are busy, learnt while it runs.
 *
 * Use is divided into levels. Each level keeps the mean power that was seen there, in which a new value weighs the
 * less the more were seen, but never less than one in `memory`; a burst moves it by a few typical deviations at
 * most. The line is drawn through the means of the levels: a host that is at one level for a week does not forget
 * what it learnt at the others. Where the levels seen do not determine a line, the model says nothing.
 */
import { isMapping } from '../mapping.ts';
import { fitLine } from './fit-line.ts';

/** Of one level of use. */
interface Level {
  /** Observations, `memory` at most. */
  readonly count: number;
  /** Mean of the busy CPUs. */
  readonly busy: number;
  /** Mean of the power, in watts. */
  readonly watts: number;
  /** Mean distance of a power from the mean before it, in watts. */
  readonly deviation: number;
}

export interface PowerModel {
  readonly cpus: number;
  readonly levels: ReadonlyMap<number, Level>;
}

/** What a host draws against how many of its CPUs are busy. */
export interface HostModel {
  readonly idleWatts: number;
  readonly wattsPerCpu: number;
  /** What the line misses, as a part of the mean power. */
  readonly errorRatio: number;
}

export interface HostPower extends HostModel {
  /** The range of use that was seen, in busy CPUs. */
  readonly leastBusy: number;
  readonly mostBusy: number;
}

const levelCount = 64;
const memory = 300;
/** Levels seen less often tell nothing. */
const leastCount = 3;
const leastObservations = 60;
/** How far apart the levels must lie, as a part of all CPUs; idle must lie no further from them. */
const leastRange = 0.1;
/** How uncertain slope and intercept may be, as a part of themselves. */
const mostUncertain = 0.015;
/** Deviations by which one value may differ; a burst beyond is cut. */
const mostDeviations = 4;
const leastDeviation = 0.005;
const firstDeviation = 0.05;

export const emptyPowerModel = (cpus: number): PowerModel => ({ cpus, levels: new Map() });

const levelAfter = (before: Level | undefined, busy: number, watts: number): Level => {
  if (before === undefined) return { count: 1, busy, watts, deviation: watts * firstDeviation };
  const count = Math.min(memory, before.count + 1);
  const most = mostDeviations * Math.max(before.deviation, before.watts * leastDeviation);
  const difference = Math.max(-most, Math.min(most, watts - before.watts));
  return {
    count,
    busy: before.busy + (busy - before.busy) / count,
    watts: before.watts + difference / count,
    deviation: before.deviation + (Math.abs(difference) - before.deviation) / Math.min(count, 30),
  };
};

/** The model after one more observation. What cannot be true is not taken. */
export const observePower = (model: PowerModel, busyCpus: number, watts: number): PowerModel => {
  if (!(watts > 0 && Number.isFinite(watts) && busyCpus >= 0 && busyCpus <= model.cpus * 1.05)) return model;
  const level = Math.min(levelCount - 1, Math.floor((busyCpus / model.cpus) * levelCount));
  return {
    ...model,
    levels: new Map(model.levels).set(level, levelAfter(model.levels.get(level), busyCpus, watts)),
  };
};

/** `undefined` while the model cannot know. */
export const hostPowerOf = ({ cpus, levels }: PowerModel): HostPower | undefined => {
  const seen = [...levels.values()].filter(({ count }) => count >= leastCount);
  const observations = seen.reduce((sum, { count }) => sum + count, 0);
  const leastBusy = Math.min(...seen.map(({ busy }) => busy));
  const mostBusy = Math.max(...seen.map(({ busy }) => busy));
  const range = mostBusy - leastBusy;
  if (observations < leastObservations || range < leastRange * cpus || leastBusy > range) return undefined;
  const line = fitLine(
    seen.map(({ count, busy, watts }) => ({ x: busy, y: watts, weight: Math.min(count, 60) })),
  );
  if (line === undefined) return undefined;
  const { slope, intercept, slopeError, interceptError, residual } = line;
  const isCertain =
    slope > 0 &&
    intercept > 0 &&
    slopeError <= mostUncertain * slope &&
    interceptError <= mostUncertain * intercept;
  if (!isCertain) return undefined;
  const meanWatts = seen.reduce((sum, { watts }) => sum + watts, 0) / seen.length;
  return {
    idleWatts: intercept,
    wattsPerCpu: slope,
    errorRatio: residual / meanWatts,
    leastBusy,
    mostBusy,
  };
};

/** As JSON can hold it. */
export const powerModelDocument = ({ cpus, levels }: PowerModel): unknown => ({
  cpus,
  levels: [...levels].map(([level, { count, busy, watts, deviation }]) => [
    level,
    count,
    busy,
    watts,
    deviation,
  ]),
});

const isAmount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;

/** `undefined` for what is no such document. */
export const parsePowerModel = (document: unknown): PowerModel | undefined => {
  if (!isMapping(document) || !isAmount(document['cpus']) || !Array.isArray(document['levels']))
    return undefined;
  const levels = new Map<number, Level>();
  for (const entry of document['levels']) {
    if (!Array.isArray(entry) || entry.length !== 5 || !entry.every(isAmount)) return undefined;
    const [level, count, busy, watts, deviation] = entry as [number, number, number, number, number];
    levels.set(level, { count, busy, watts, deviation });
  }
  return { cpus: document['cpus'], levels };
};
