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
  assert.equal(hostPowerOf(model)?.wattsPerCpu, undefined);
  assert.equal(hostPowerOf(model)?.idleWatts, 60, 'it was seen idle');
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
  assert.ok(Math.abs((known?.wattsPerCpu ?? 0) - 5) < 0.05);
});

test('it follows a host that draws more from now on', () => {
  const before = repeat(2000, (at) => at % 16, line);
  const after = repeat(
    16 * 2000,
    (at) => at % 16,
    (busy) => 80 + 6 * busy,
  );
  const known = hostPowerOf(observeAll(16, [...before, ...after]));
  assert.ok(Math.abs((known?.wattsPerCpu ?? 0) - 6) < 0.18 && Math.abs((known?.idleWatts ?? 0) - 80) < 2.4);
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

/** Numbers that look random and are the same each time. */
const createRandom = (seed: number) => {
  let at = seed;
  return (): number => {
    at = (at * 1_103_515_245 + 12_345) % 2_147_483_648;
    return at / 2_147_483_648;
  };
};

/** With noise, what is told within a bound is so nearly always: one host of some thousands is further off. */
const chance = 20_261_128;

/** How busy a host is in each second of ten minutes. */
const patterns: Readonly<Record<string, (second: number, random: number) => number>> = {
  'steps of a minute': (second) => [1, 9, 4, 14, 2.5, 11, 6, 0.3, 12.5, 7.5][Math.floor(second / 60)] ?? 0,
  'a slow ramp': (second) => 0.5 + second / 40,
  'a swing': (second, random) => 7 + 6 * Math.sin(second / 40) + random,
  'bursts, and rest between them': (second, random) => (second % 30 < 10 ? 4 + 9 * random : 0.5 * random),
};

test('law: ten minutes of a load that varies teach idle watts within 3 %, and those of all CPUs within 3 %, with noise within 3 % of what the host draws', () => {
  const host = fc.record({
    idleWatts: fc.double({ min: 40, max: 300, noNaN: true }),
    wattsPerCpu: fc.double({ min: 3, max: 20, noNaN: true }),
    seed: fc.integer({ min: 1, max: 1e6 }),
    noise: fc.constantFrom(0, 0.01, 0.02),
    busyAt: fc.constantFrom(...Object.values(patterns)),
  });
  fc.assert(
    fc.property(host, ({ idleWatts, wattsPerCpu, seed, noise, busyAt }) => {
      const random = createRandom(seed);
      let model = emptyPowerModel(16);
      for (let second = 0; second < 600; second += 1) {
        const busy = busyAt(second, random());
        const error = 1 + noise * (random() + random() + random() - 1.5) * 2;
        model = observePower(model, busy, (idleWatts + wattsPerCpu * busy) * error);
      }
      const known = hostPowerOf(model);
      // Where noise hides what the CPUs add nothing is known, and nothing wrong is told.
      if (known === undefined) return assert.ok(noise > 0 && wattsPerCpu * 16 < 3 * idleWatts);
      const { idleWatts: idle = Number.NaN, wattsPerCpu: perCpu } = known;
      assert.ok(Math.abs(idle / idleWatts - 1) <= 0.03, `idle ${idle}`);
      if (perCpu === undefined) return assert.ok(noise > 0 && wattsPerCpu * 16 < 3 * idleWatts);
      // What the noise of so many watts may hide in ten minutes.
      const drawn = noise === 0 ? 16 * wattsPerCpu : idleWatts + 16 * wattsPerCpu;
      assert.ok(16 * Math.abs(perCpu - wattsPerCpu) <= 0.03 * drawn, `each CPU ${perCpu}`);
    }),
    { numRuns: 150, seed: chance },
  );
});

test('a host that was never near idle has no idle watts, and what each CPU adds is known', () => {
  let model = emptyPowerModel(16);
  for (let second = 0; second < 600; second += 1) {
    const busy = 10 + (second % 60) / 10;
    model = observePower(model, busy, 96 + 2.5 * (busy - 8));
  }
  const known = hostPowerOf(model);
  assert.equal(known?.idleWatts, undefined, 'a line through them would say 76 W where it draws 60 W');
  assert.ok(Math.abs((known?.wattsPerCpu ?? 0) - 2.5) < 0.05);
});

test('a host that bends and was seen idle has the idle watts that were seen, and no watts for each CPU', () => {
  for (const drawn of [
    (busy: number) => (busy < 8 ? 60 + 8 * busy : 108 + 3 * busy),
    (busy: number) => 60 + 12 * Math.sqrt(busy) + 2 * busy,
    (busy: number) => 60 + 2 * busy + busy ** 2,
  ]) {
    let model = emptyPowerModel(16);
    for (let second = 0; second < 1200; second += 1) {
      const busy = second % 2 === 0 ? 0.03 : (second / 2) % 16;
      model = observePower(model, busy, drawn(busy));
    }
    const known = hostPowerOf(model);
    assert.equal(known?.wattsPerCpu, undefined);
    assert.ok(Math.abs((known?.idleWatts ?? 0) / 60 - 1) < 0.04, `${known?.idleWatts}`);
  }
});

/** What hosts draw whose power follows no line, as parts of what they draw idle, against the part of CPUs that is busy. */
const curves: Readonly<Record<string, (use: number, strength: number) => number>> = {
  'a knee where all cores have work': (use, strength) =>
    1 + use * (1 + strength) - Math.max(0, use - 0.5) * strength * 1.8,
  'clocks that rise with use': (use, strength) => 1 + use + strength * use ** 2,
  'clocks that fall with use': (use, strength) => 1 + (2 + strength) * use - strength * use ** 2,
  'sleep that is left at the first work': (use, strength) =>
    1 + use + 0.5 * strength * (1 - Math.exp(-use * 40)),
  'a root': (use, strength) => 1 + strength * Math.sqrt(use) + use,
  'fans that start': (use, strength) => 1 + use + (use > 0.7 ? 0.3 * strength : 0),
};

test('law: of a host whose power follows no line nothing wrong is told, or nothing at all', () => {
  const host = fc.record({
    wattsIdle: fc.double({ min: 40, max: 300, noNaN: true }),
    strength: fc.double({ min: 0, max: 2, noNaN: true }),
    curve: fc.constantFrom(...Object.values(curves)),
    seed: fc.integer({ min: 1, max: 1e6 }),
    noise: fc.constantFrom(0, 0.005, 0.02),
    busyAt: fc.constantFrom(...Object.values(patterns), (second: number, random: number) =>
      second % 3 === 0 ? 0.1 * random : 16 * random,
    ),
  });
  fc.assert(
    fc.property(host, ({ wattsIdle, strength, curve, seed, noise, busyAt }) => {
      const random = createRandom(seed);
      let model = emptyPowerModel(16);
      for (let second = 0; second < 900; second += 1) {
        const busy = busyAt(second % 600, random());
        const error = 1 + noise * (random() + random() + random() - 1.5) * 2;
        model = observePower(model, busy, wattsIdle * curve(busy / 16, strength) * error);
      }
      const known = hostPowerOf(model);
      if (known === undefined) return;
      const { idleWatts, wattsPerCpu, leastBusy, mostBusy } = known;
      const draws = (busy: number): number => wattsIdle * curve(busy / 16, strength);
      if (idleWatts !== undefined && leastBusy <= 0.1)
        assert.ok(Math.abs(idleWatts / wattsIdle - 1) <= 0.05, `idle ${idleWatts} instead of ${wattsIdle}`);
      if (wattsPerCpu === undefined) return;
      const rise = draws(mostBusy) - draws(leastBusy);
      const miss = Math.abs(wattsPerCpu * (mostBusy - leastBusy) - rise);
      assert.ok(miss <= 0.12 * draws(mostBusy), `${wattsPerCpu} W for each CPU where all add ${rise} W`);
    }),
    { numRuns: 200, seed: chance },
  );
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
