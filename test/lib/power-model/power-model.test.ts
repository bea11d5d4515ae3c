import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  emptyPowerModel,
  hostPowerOf,
  observePower,
  type PowerModel,
  parsePowerModel,
  powerModelDocument,
} from '../../../lib/power-model/power-model.ts';

const observeAll = (cpus: number, seen: readonly (readonly [number, number])[]): PowerModel =>
  seen.reduce((model, [busy, watts]) => observePower(model, busy, watts), emptyPowerModel(cpus));
const repeat = (count: number, busyOf: (at: number) => number, wattsOf: (busy: number) => number) =>
  Array.from({ length: count }, (_, at) => [busyOf(at), wattsOf(busyOf(at))] as const);
const line = (busy: number): number => 60 + 5 * busy;

test('one level of use, however long, determines nothing', () => {
  assert.equal(
    hostPowerOf(
      observeAll(
        16,
        repeat(5000, () => 8, line),
      ),
    ),
    undefined,
  );
  assert.equal(
    hostPowerOf(
      observeAll(
        16,
        repeat(5000, (at) => 8 + (at % 10) / 20, line),
      ),
    ),
    undefined,
  );
});

test('a few observations determine nothing', () => {
  assert.equal(
    hostPowerOf(
      observeAll(
        16,
        repeat(40, (at) => (at % 4) * 4, line),
      ),
    ),
    undefined,
  );
});

test('power that does not follow use determines nothing', () => {
  const model = observeAll(
    16,
    repeat(
      600,
      (at) => at % 16,
      (busy) => 60 + (busy % 2) * 80,
    ),
  );
  assert.equal(hostPowerOf(model), undefined);
});

test('the range of use that was seen is told', () => {
  const known = hostPowerOf(
    observeAll(
      16,
      repeat(600, (at) => 2 + (at % 8), line),
    ),
  );
  assert.ok(known !== undefined);
  assert.deepEqual([known.leastBusy, known.mostBusy].map(Math.round), [2, 9]);
  assert.ok(known.errorRatio < 1e-9);
});

test('a week at one level does not make it forget the others', () => {
  const varied = repeat(600, (at) => at % 16, line);
  const known = hostPowerOf(observeAll(16, [...varied, ...repeat(100_000, () => 3, line)]));
  assert.ok(known !== undefined && Math.abs(known.wattsPerCpu - 5) < 0.05);
});

test('it follows a host that draws more from now on', () => {
  const before = repeat(2000, (at) => at % 16, line);
  const after = repeat(
    16 * 2000,
    (at) => at % 16,
    (busy) => 80 + 6 * busy,
  );
  const known = hostPowerOf(observeAll(16, [...before, ...after]));
  assert.ok(
    known !== undefined && Math.abs(known.wattsPerCpu - 6) < 0.18 && Math.abs(known.idleWatts - 80) < 2.4,
  );
});

test('what cannot be true is not taken', () => {
  const empty = emptyPowerModel(16);
  for (const [busy, watts] of [
    [2, 0],
    [2, -1],
    [2, Number.NaN],
    [2, Number.POSITIVE_INFINITY],
    [-1, 60],
    [17, 60],
    [Number.NaN, 60],
  ] as const)
    assert.equal(observePower(empty, busy, watts), empty);
});

test('a model outlives its writing', () => {
  const observation = fc.tuple(
    fc.double({ min: 0, max: 16, noNaN: true }),
    fc.double({ min: 1, max: 500, noNaN: true }),
  );
  fc.assert(
    fc.property(fc.array(observation, { maxLength: 100 }), (seen) => {
      const model = observeAll(16, seen);
      assert.deepEqual(parsePowerModel(JSON.parse(JSON.stringify(powerModelDocument(model)))), model);
    }),
  );
});

test('what is no model is refused', () => {
  for (const document of [
    null,
    {},
    { cpus: 4 },
    { cpus: 4, levels: [[1, 2, 3]] },
    { cpus: 4, levels: [[1, 2, 3, 4, 'x']] },
  ])
    assert.equal(parsePowerModel(document), undefined);
});
