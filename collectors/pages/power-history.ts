/** The last hour in memory: what the hosts drew together, and each VM. Time that nobody measured stays empty. */
import type { Series } from './page-data.ts';
import type { PowerView } from './power-view.ts';

export interface PowerPoint {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The sum over the measured hosts; `undefined` where there is none. */
  readonly watts: number | undefined;
  readonly hosts: number;
  readonly hostsMeasured: number;
}

const hourMs = 3_600_000;
/** Readings that follow sooner replace the one before. */
const leastApartMs = 10_000;
/** Between readings that are further apart, nobody knows. */
const mostApartMs = 150_000;

export const appendPoint = (history: readonly PowerPoint[], point: PowerPoint): readonly PowerPoint[] => {
  const last = history.at(-1);
  const before = history.at(-2);
  const replaces =
    last !== undefined &&
    before !== undefined &&
    last.hostsMeasured === point.hostsMeasured &&
    point.at - before.at < leastApartMs;
  const kept = replaces ? history.slice(0, -1) : history;
  return [...kept.filter(({ at }) => at > point.at - hourMs && at < point.at), point];
};

/** Where hosts come or go the line is interrupted: what is missing is no fall of power. */
export const seriesOf = (history: readonly PowerPoint[]): Series => {
  const seconds: number[] = [];
  const watts: (number | null)[] = [];
  let before: PowerPoint | undefined;
  for (const point of history) {
    const isApart =
      before !== undefined &&
      (point.at - before.at > mostApartMs || point.hostsMeasured !== before.hostsMeasured);
    if (isApart && before !== undefined) {
      seconds.push((before.at + point.at) / 2000);
      watts.push(null);
    }
    seconds.push(point.at / 1000);
    watts.push(point.watts ?? null);
    before = point;
  }
  return { seconds, watts };
};

/** Watts of VMs, one every two minutes; NaN where it was not known. */
export type Trends = ReadonlyMap<number, Float32Array>;
export const trendStepMs = 120_000;
const mostSamples = hourMs / trendStepMs;

/** With one more sample of each VM; VMs that are gone are forgotten. */
export const appendTrends = (
  trends: Trends,
  vms: Iterable<Pick<PowerView['vms'][number], 'id' | 'watts'>>,
): Trends =>
  new Map(
    [...vms].map(({ id, watts = Number.NaN }) => {
      const before = trends.get(id) ?? new Float32Array(0);
      const kept = before.subarray(Math.max(0, before.length + 1 - mostSamples));
      const next = new Float32Array(kept.length + 1);
      next.set(kept);
      next[kept.length] = watts;
      return [id, next];
    }),
  );

export interface Trend {
  /** The oldest first, the last is that of now. */
  readonly watts: readonly (number | undefined)[];
  /** What now is more than the mean before, as a part of that. */
  readonly change: number | undefined;
}

const toWatts = (value: number): number | undefined =>
  Number.isNaN(value) ? undefined : Math.round(value * 10) / 10;

export const trendOf = (samples: Float32Array | undefined, now: number | undefined): Trend => {
  const before = [...(samples ?? [])].map(toWatts);
  const known = before.filter((value) => value !== undefined);
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const change = now === undefined || !(mean > 0) ? undefined : now / mean - 1;
  return { watts: [...before, now === undefined ? undefined : toWatts(now)], change };
};

const bars = '▁▂▃▄▅▆▇█';

/** A text that looks like a chart: a space where it is not known. */
export const formatBars = (watts: readonly (number | undefined)[]): string => {
  const most = Math.max(1, ...watts.map((value) => value ?? 0));
  return watts
    .map((value) => (value === undefined ? ' ' : (bars[Math.min(7, Math.floor((value / most) * 8))] ?? ' ')))
    .join('');
};
