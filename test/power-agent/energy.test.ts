import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { advanceEnergy, noEnergyYet } from '../../power-agent/energy.ts';
import type { CounterReading, EnergyStep, MeterReading, ZoneKind } from '../../power-agent/meter.ts';

const kindOf = (zone: string): ZoneKind => {
  if (/^package-\d+$/.test(zone)) return 'package';
  return zone.endsWith('-core') ? 'other' : zone === 'psys' ? 'psys' : 'dram';
};

const counter = (zone: string, joules: number | undefined, range = 262_143): CounterReading => ({
  zone,
  kind: kindOf(zone),
  microjoules: joules === undefined ? undefined : Math.round(joules * 1e6),
  range: range * 1e6,
});
const counters = (...given: readonly CounterReading[]): MeterReading => ({
  kind: 'counters',
  counters: given,
});

/** The steps of readings that are a second apart, or as many as stand before them. */
const stepsOf = (readings: readonly (readonly [number, MeterReading])[]): readonly EnergyStep[] => {
  let state = noEnergyYet;
  let at = 100;
  return readings.map(([seconds, reading]) => {
    at += seconds;
    const advanced = advanceEnergy(state, reading, at);
    state = advanced.state;
    return advanced.step;
  });
};
const joulesOf = (step: EnergyStep | undefined): number | string =>
  step?.kind === 'measured' ? Math.round(step.joules * 1e3) / 1e3 : (step?.kind ?? 'none');

test('the first reading gives no joule', () => {
  assert.deepEqual(stepsOf([[1, counters(counter('package-0', 5000))]]).map(joulesOf), ['unknown']);
});

test('package and dram of all sockets count; a core is part of its package', () => {
  const at = (joules: number) =>
    counters(
      counter('package-0', joules),
      counter('package-1', joules),
      counter('package-0-dram', joules / 10),
      counter('package-0-core', joules),
    );
  assert.deepEqual(
    stepsOf([
      [1, at(100)],
      [1, at(200)],
    ]).map(joulesOf),
    ['unknown', 210],
  );
});

test('a counter that begins anew at its range has not lost anything', () => {
  const readings = [1900, 1990, 80, 170].map(
    (joules) => [1, counters(counter('package-0', joules, 2000))] as const,
  );
  assert.deepEqual(stepsOf(readings).map(joulesOf), ['unknown', 90, 90, 90]);
});

test('a counter that was reset is not taken for one that begins anew', () => {
  const readings = [5000, 5100, 3, 103].map((joules) => [1, counters(counter('package-0', joules))] as const);
  assert.deepEqual(stepsOf(readings).map(joulesOf), ['unknown', 100, 'unknown', 100]);
});

test('without one of its packages nobody knows what the host drew; dram is left out', () => {
  const at = (joules: number, second: number | undefined, dram: number | undefined) =>
    counters(counter('package-0', joules), counter('package-1', second), counter('package-0-dram', dram));
  const steps = stepsOf([
    [1, at(100, 100, 10)],
    [1, at(200, undefined, 20)],
    [1, at(300, 300, 30)],
    [1, at(400, 400, undefined)],
    [1, at(500, 500, 50)],
  ]);
  assert.deepEqual(steps.map(joulesOf), ['unknown', 'unknown', 'unknown', 200, 200]);
  assert.deepEqual(
    steps.map((step) => (step.kind === 'waiting' ? [] : step.failedZones)),
    [[], ['package-1'], [], ['package-0-dram'], []],
  );
});

test('psys stands for the whole where it is the whole', () => {
  const at = (psys: number, ofPackage: number) =>
    counters(
      counter('psys', psys),
      counter('package-0', ofPackage),
      counter('package-0-dram', ofPackage / 5),
    );
  assert.deepEqual(
    stepsOf([
      [1, at(0, 0)],
      [1, at(60, 25)],
      [1, at(120, 50)],
    ]).map(joulesOf),
    ['unknown', 60, 60],
  );
  assert.deepEqual(
    stepsOf([
      [1, at(0, 0)],
      [1, at(5, 25)],
      [1, at(100, 50)],
    ]).map(joulesOf),
    ['unknown', 30, 30],
  );
});

test('a psys that stands still from the start on does not count', () => {
  const at = (psys: number, joules: number) => counters(counter('psys', psys), counter('package-0', joules));
  const readings = [at(7, 0), at(7, 25), at(7, 50), at(7, 75), at(7, 100), at(300, 125)];
  assert.deepEqual(stepsOf(readings.map((reading) => [1, reading] as const)).map(joulesOf), [
    'unknown',
    'waiting',
    'waiting',
    75,
    25,
    25,
  ]);
});

test('whether psys is the whole is not decided while a package cannot be read', () => {
  const at = (seconds: number, second: number | undefined) =>
    counters(
      counter('psys', 65 * seconds),
      counter('package-0', 60 * seconds),
      counter('package-1', second === undefined ? undefined : second * seconds),
    );
  const readings = [at(1, undefined), at(2, undefined), at(3, 60), at(4, 60), at(5, 60)];
  assert.deepEqual(stepsOf(readings.map((one) => [1, one])).map(joulesOf), [
    'unknown',
    'unknown',
    'unknown',
    120,
    120,
  ]);
});

test('psys that is the whole cannot be replaced by its parts for a while', () => {
  const at = (psys: number | undefined, ofPackage: number) =>
    counters(counter('psys', psys), counter('package-0', ofPackage));
  const steps = stepsOf([
    [1, at(10, 0)],
    [1, at(70, 25)],
    [1, at(undefined, 50)],
    [1, at(190, 75)],
    [1, at(250, 100)],
  ]);
  assert.deepEqual(steps.map(joulesOf), ['unknown', 60, 'unknown', 'unknown', 60]);
  assert.ok(steps[2]?.kind === 'unknown' && steps[2].failedZones.includes('psys'));
});

test('psys that is written a moment later than its parts is the whole all the same', () => {
  const at = (psys: number, ofPackage: number) =>
    counters(counter('psys', psys), counter('package-0', ofPackage));
  const steps = stepsOf([
    [1, at(10, 0)],
    [1, at(10, 25)],
    [1, at(130, 50)],
    [1, at(190, 75)],
  ]);
  assert.deepEqual(steps.map(joulesOf), ['unknown', 'waiting', 120, 60]);
});

test('a counter that moves rarely gives its energy when it moves', () => {
  const readings = [100, 100, 100, 250].map((joules) => [1, counters(counter('package-0', joules))] as const);
  assert.deepEqual(stepsOf(readings).map(joulesOf), ['unknown', 'waiting', 'waiting', 150]);
});

test('a counter that stands still is named, and what it gives afterwards is of the time afterwards', () => {
  const steps = stepsOf([
    [1, counters(counter('package-0', 100))],
    ...Array.from({ length: 10 }, () => [1, counters(counter('package-0', 100))] as const),
    [1, counters(counter('package-0', 150))],
  ]);
  assert.deepEqual(steps.slice(-2).map(joulesOf), ['unknown', 50]);
  const still = steps.at(-2);
  assert.ok(still?.kind === 'unknown' && still.failedZones.includes('package-0'));
});

test('after a long time without readings the counters may have begun anew more than once', () => {
  const steps = stepsOf([
    [1, counters(counter('package-0', 100))],
    [600, counters(counter('package-0', 200))],
    [1, counters(counter('package-0', 300))],
  ]);
  assert.deepEqual(steps.map(joulesOf), ['unknown', 'unknown', 100]);
});

test('a power counts for the time since the last reading, and no power for none', () => {
  const power = (watts: number | undefined): MeterReading => ({
    kind: 'power',
    power: { zone: 'dcmi', watts, isNew: true },
  });
  const steps = stepsOf([
    [1, power(200)],
    [2, power(220)],
    [1, power(undefined)],
    [1, power(0)],
    [1, power(100)],
  ]);
  assert.deepEqual(steps.map(joulesOf), ['unknown', 440, 'unknown', 'unknown', 100]);
});

test('measured steps sum to what the counter moved, wherever it begins anew', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 9_000_000 }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 10_000, max: 300_000 }),
      (moves, range) => {
        let total = 1;
        const readings = [0, ...moves].map((move) => {
          total += move / 1e3;
          return [1, counters(counter('package-0', total % range, range))] as const;
        });
        const sum = stepsOf(readings).reduce(
          (all, step) => all + (step.kind === 'measured' ? step.joules : 0),
          0,
        );
        const wanted = moves.reduce((all, move) => all + move / 1e3, 0);
        assert.ok(Math.abs(sum - wanted) < 1e-3, `${sum} of ${wanted}`);
      },
    ),
  );
});
