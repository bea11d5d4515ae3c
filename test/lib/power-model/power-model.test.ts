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

/** How busy a host is in each second of ten minutes. */
const patterns: Readonly<Record<string, (second: number, random: number) => number>> = {
  'steps of a minute': (second) => [1, 9, 4, 14, 2.5, 11, 6, 0.3, 12.5, 7.5][Math.floor(second / 60)] ?? 0,
  'a slow ramp': (second) => 0.5 + second / 40,
  'a swing': (second, random) => 7 + 6 * Math.sin(second / 40) + random,
  'bursts, and rest between them': (second, random) => (second % 30 < 10 ? 4 + 9 * random : 0.5 * random),
};

test('law: ten minutes of a load that varies teach idle watts within 3 %, and those of each CPU within 3 %, or 6 % with noise', () => {
  const host = fc.record({
    idleWatts: fc.double({ min: 40, max: 300, noNaN: true }),
    wattsPerCpu: fc.double({ min: 3, max: 20, noNaN: true }),
    seed: fc.integer({ min: 1, max: 1e6 }),
    noise: fc.constantFrom(0, 0.01, 0.02),
    busyAt: fc.constantFrom(...Object.values(patterns)),
  });
  fc.assert(
    fc.property(host, ({ idleWatts, wattsPerCpu, seed, noise, busyAt }) => {
      let at = seed;
      const random = (): number => {
        at = (at * 1_103_515_245 + 12_345) % 2_147_483_648;
        return at / 2_147_483_648;
      };
      let model = emptyPowerModel(16);
      for (let second = 0; second < 600; second += 1) {
        const busy = busyAt(second, random());
        const error = 1 + noise * (random() + random() + random() - 1.5) * 2;
        model = observePower(model, busy, (idleWatts + wattsPerCpu * busy) * error);
      }
      const known = hostPowerOf(model);
      // Where noise hides what the CPUs add nothing is known, and nothing wrong is told.
      if (known === undefined) return assert.ok(noise > 0 && wattsPerCpu * 16 < idleWatts);
      assert.ok(Math.abs(known.idleWatts / idleWatts - 1) <= 0.03, `idle ${known.idleWatts}`);
      const most = noise === 0 ? 0.03 : 0.06;
      assert.ok(Math.abs(known.wattsPerCpu / wattsPerCpu - 1) <= most, `each CPU ${known.wattsPerCpu}`);
    }),
    { numRuns: 150 },
  );
});

test('a host that was never near idle has no idle watts', () => {
  let model = emptyPowerModel(16);
  for (let second = 0; second < 600; second += 1) {
    const busy = 12 + (second % 40) / 10;
    model = observePower(model, busy, 96 + 2.5 * (busy - 8));
  }
  assert.equal(hostPowerOf(model), undefined, 'a line through them would say 76 W where it draws 60 W');
});

test('what single levels miss is told, also where the line does not follow them', () => {
  let model = emptyPowerModel(16);
  for (let second = 0; second < 640; second += 1) {
    const busy = second % 16;
    model = observePower(model, busy + 0.5, busy === 3 ? 130 : 60 + 5 * (busy + 0.5));
  }
  const known = hostPowerOf(model);
  assert.ok(known === undefined || known.errorRatio > 0.1);
});
