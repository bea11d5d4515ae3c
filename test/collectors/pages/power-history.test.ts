/** The last hour: what nobody has measured is a gap, and no zero. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  appendPoint,
  appendTrends,
  formatBars,
  type PowerPoint,
  seriesOf,
  type Trends,
  trendOf,
} from '../../../collectors/pages/power-history.ts';

const at = (seconds: number, watts: number | undefined, hostsMeasured = 2): PowerPoint => ({
  at: seconds * 1000,
  watts,
  hosts: 2,
  hostsMeasured,
});
const historyOf = (...points: readonly PowerPoint[]): readonly PowerPoint[] =>
  points.reduce<readonly PowerPoint[]>(appendPoint, []);

test('P5: the line is interrupted where nobody measured, and where hosts come or go', () => {
  const watts = (...points: readonly PowerPoint[]) => seriesOf(historyOf(...points)).watts;
  assert.deepEqual(watts(at(0, 5), at(15, 6), at(30, 7)), [5, 6, 7]);
  assert.deepEqual(watts(at(0, 5), at(600, 6)), [5, null, 6]);
  assert.deepEqual(watts(at(0, 5), at(15, 3, 1), at(30, 5)), [5, null, 3, null, 5]);
  assert.deepEqual(watts(at(0, 5), at(15, undefined, 0), at(30, 5)), [5, null, null, null, 5]);
});

test('P5: an hour is kept, in few points, whose times only grow', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 1500 }), (steps) => {
      let seconds = 0;
      let history: readonly PowerPoint[] = [];
      for (const step of steps) {
        seconds += step;
        history = appendPoint(history, at(seconds, step));
      }
      assert.ok(history.length <= 725);
      assert.equal(history.at(-1)?.at, steps.length === 0 ? undefined : seconds * 1000);
      for (const [place, point] of history.entries()) {
        assert.ok(point.at > (seconds - 3600) * 1000);
        assert.ok(place === 0 || point.at > (history[place - 1]?.at ?? 0));
      }
    }),
  );
});

test('P5: trends have an hour of each VM that is there, and what was unknown stays so', () => {
  let trends: Trends = new Map();
  for (let turn = 0; turn < 40; turn += 1)
    trends = appendTrends(trends, [
      { id: 1, watts: turn },
      { id: 2, watts: turn % 2 === 0 ? undefined : 4 },
    ]);
  assert.deepEqual(
    [...(trends.get(1) ?? [])],
    Array.from({ length: 30 }, (_, turn) => turn + 10),
  );
  const trend = trendOf(trends.get(2), 5);
  assert.equal(trend.watts.filter((watts) => watts === undefined).length, 15);
  assert.equal(trend.change, 0.25);
  assert.deepEqual(trendOf(undefined, undefined), { watts: [undefined], change: undefined });
  assert.deepEqual([...appendTrends(trends, [{ id: 2, watts: 1 }]).keys()], [2]);
  assert.equal(formatBars([0, undefined, 4, 8]), '▁ ▅█');
});
