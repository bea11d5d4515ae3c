/**
 * What a host draws against how many of its CPUs are busy, learnt while it runs.
 *
 * Use is divided into levels. Each level keeps the mean power that was seen there, in which a new value weighs the
 * less the more were seen, but never less than one in `memory`; a burst moves it by a few typical deviations at
 * most. The line is drawn through the means of the levels: a host that is at one level for a week does not forget
 * what it learnt at the others. Where the levels seen do not determine a line, or do not follow one, the model says
 * nothing of what a CPU adds; idle watts are told where the host was seen near idle.
 */
import { isMapping } from '../mapping.ts';
import { bendOf, fitLine, type Line, type Point } from './fit-line.ts';

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
  /** `undefined` where the host was not seen near idle, or its power does not lead there. */
  readonly idleWatts: number | undefined;
  /** `undefined` where its power does not follow a line. */
  readonly wattsPerCpu: number | undefined;
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
/** How far apart the levels must lie, as a part of all CPUs. */
const leastRange = 0.1;
/** How near to idle the host must have been seen, as a part of all CPUs. */
const nearIdle = 0.15;
/** How uncertain slope and intercept may be, as a part of themselves. */
const mostUncertain = 0.015;
/** What the line may miss at a level, as a part of its power, beside what chance explains: in the range seen, and near idle. */
const mostMiss = 0.03;
const mostMissNearIdle = 0.02;
/** Standard errors that chance explains. */
const mostChance = 2.5;
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

/** Standard error of the mean power. */
const errorOf = ({ count, deviation }: Level): number => (1.25 * deviation) / Math.sqrt(count);

const follows = (levels: readonly Level[], { slope, intercept }: Line, most: number): boolean =>
  levels.every(
    (level) =>
      Math.abs(level.watts - intercept - slope * level.busy) <=
      most * level.watts + mostChance * errorOf(level),
  );

/** A meter errs by a part of what it shows. */
const pointOf = ({ count, busy, watts }: Level): Point => ({
  x: busy,
  y: watts,
  weight: Math.min(count, 60) / watts ** 2,
});

/** Where the line begins, if the power of the host leads there. */
const idleByLine = (levels: readonly Level[], line: Line, cpus: number): number | undefined => {
  const { intercept, interceptError } = line;
  const low = levels.filter(({ busy }) => busy <= nearIdle * cpus);
  if (low.length === 0 || !(intercept > 0) || interceptError > mostUncertain * intercept) return undefined;
  if (!follows(low, line, mostMissNearIdle)) return undefined;
  const bend = bendOf(levels.map(pointOf), line, (at) => {
    const level = levels[at];
    return level === undefined ? 0 : errorOf(level);
  });
  const isCertain =
    Math.abs(bend.atZero) <= mostMissNearIdle * intercept && bend.error <= mostUncertain * intercept;
  return isCertain ? intercept : undefined;
};

/** Of a host that was seen idle: what it drew then. */
const idleAsSeen = (levels: readonly Level[], cpus: number): number | undefined => {
  const [lowest, next] = [...levels].sort((one, other) => one.busy - other.busy);
  if (lowest === undefined || next === undefined) return undefined;
  const slope = Math.max(0, (next.watts - lowest.watts) / (next.busy - lowest.busy));
  const isIdle =
    lowest.busy < cpus / levelCount &&
    lowest.count >= leastObservations / 2 &&
    slope * lowest.busy <= mostMissNearIdle * lowest.watts &&
    errorOf(lowest) <= mostUncertain * lowest.watts;
  return isIdle ? lowest.watts - slope * lowest.busy : undefined;
};

/** `undefined` while the model cannot know. */
export const hostPowerOf = ({ cpus, levels }: PowerModel): HostPower | undefined => {
  const seen = [...levels.values()].filter(({ count }) => count >= leastCount);
  const observations = seen.reduce((sum, { count }) => sum + count, 0);
  const leastBusy = Math.min(...seen.map(({ busy }) => busy));
  const mostBusy = Math.max(...seen.map(({ busy }) => busy));
  if (observations < leastObservations || mostBusy - leastBusy < leastRange * cpus) return undefined;
  const line = fitLine(seen.map(pointOf));
  if (line === undefined) return undefined;
  const { slope, slopeError, residual } = line;
  const isLine = slope > 0 && slopeError <= mostUncertain * slope && follows(seen, line, mostMiss);
  const idleWatts = (isLine ? idleByLine(seen, line, cpus) : undefined) ?? idleAsSeen(seen, cpus);
  if (!isLine && idleWatts === undefined) return undefined;
  const meanWatts = seen.reduce((sum, { watts }) => sum + watts, 0) / seen.length;
  return {
    idleWatts,
    wattsPerCpu: isLine ? slope : undefined,
    errorRatio: residual / meanWatts,
    leastBusy,
    mostBusy,
  };
};

/** A model and what it says: that changes slowly, and costs more to find than an observation does. */
export interface LearntPower {
  readonly model: PowerModel;
  readonly observed: number;
  /** `undefined` while nobody can know. */
  readonly known: HostModel | undefined;
}

const observationsBetween = 10;

/** What is known of a model that was learnt before. */
export const learntFrom = (model: PowerModel, observed = 0): LearntPower => ({
  model,
  observed,
  known: hostPowerOf(model),
});

export const learnPower = (before: LearntPower, busyCpus: number, watts: number): LearntPower => {
  const model = observePower(before.model, busyCpus, watts);
  const observed = before.observed + 1;
  const known = observed % observationsBetween === 0 ? hostPowerOf(model) : before.known;
  return { model, observed, known };
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
