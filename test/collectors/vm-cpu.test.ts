import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { PowerReading } from '../../collectors/agents/agent.ts';
import type { Documents } from '../../collectors/collector.ts';
import { emptyVmCpuState, needsVmCpu, noteAnswers, noteRecords, vmCpuOf } from '../../collectors/vm-cpu.ts';
import { microwatts } from '../../lib/units/units.ts';

const meter = (power: number): PowerReading => ({
  method: undefined,
  domains: undefined,
  hostPower: microwatts(power),
  isDoubtful: false,
});
const answersOf = (...readings: readonly PowerReading[]): Documents['agents'] =>
  new Map([
    [3, readings.map((reading) => ({ agent: 'meter', verdict: { sound: true, version: '', reading } }))],
  ]);
const record = (vmId: number, cpus: number, atSeconds: number) => ({
  vmId,
  cpus,
  gpuPower: undefined,
  atSeconds,
});

/** A meter that is read at these times. */
const afterReadings = (samples: readonly (readonly [at: number, power: number])[]) =>
  samples.reduce((state, [at, power]) => noteAnswers(state, answersOf(meter(power)), at), emptyVmCpuState);
const powerAfter = (samples: readonly (readonly [number, number])[]): number | undefined =>
  vmCpuOf(afterReadings(samples), samples.at(-1)?.[0] ?? 0).hostPower.get(3);

test('the power of a host is known after a minute, and weighs each reading by the time that it stands for', () => {
  const first = [[1000, 5e6]] as const;
  assert.equal(powerAfter(first), undefined);
  assert.equal(powerAfter([...first, [1059, 1e6]]), undefined);
  assert.equal(powerAfter([...first, [1030, 1e6], [1060, 3e6]]), 2e6);
  assert.equal(powerAfter([...first, [1015, 8e6], [1060, 4e6]]), 5e6);
});

test('a minute is enough: what was before it is forgotten, and long scrape intervals work', () => {
  assert.equal(
    powerAfter([
      [1000, 9e6],
      [1060, 9e6],
      [1120, 2e6],
    ]),
    2e6,
  );
  assert.equal(
    powerAfter([
      [1000, 9e6],
      [1300, 4e6],
    ]),
    4e6,
  );
  assert.equal(
    powerAfter([
      [1000, 9e6],
      [2000, 4e6],
    ]),
    undefined,
    'too long ago',
  );
});

test('a reading counts once, however often it is looked at', () => {
  const [one, other] = [meter(1e6), meter(3e6)];
  let state = emptyVmCpuState;
  for (const [at, reading] of [
    [1000, one],
    [1005, one],
    [1060, other],
    [1065, other],
  ] as const)
    state = noteAnswers(state, answersOf(reading), at);
  assert.equal(vmCpuOf(state, 1065).hostPower.get(3), 3e6);
});

test('CPU of VMs: the last record, the mean over a minute, and nothing that is older than a quarter of an hour', () => {
  let state = noteRecords(emptyVmCpuState, [record(1, 0.5, 1000), record(2, 1, 1000)], 1000);
  state = noteRecords(state, [record(1, 0.5, 1000), record(2, 1, 1000)], 1015);
  state = noteRecords(state, [record(1, 1.5, 1030), record(2, 1, 1000)], 1030);
  const known = vmCpuOf(state, 1901);
  assert.deepEqual([...known.last], [[1, 1.5]]);
  assert.deepEqual([...known.mean], [[1, 1]]);
  state = noteRecords(state, [record(1, 3, 1091)], 1091);
  assert.deepEqual([...vmCpuOf(state, 1100).mean], [[1, 3]], 'VMs without a record are forgotten');
});

/** A host whose clock is ahead of the exporter's by so much, and a VM on it: what is known after each answer. */
const knownByClock = (answers: readonly (readonly [at: number, aheadSeconds: number])[]) => {
  let state = emptyVmCpuState;
  return answers.map(([at, ahead], index) => {
    state = noteRecords(state, [record(1, index + 1, at + ahead)], at);
    const { last, mean } = vmCpuOf(state, at);
    return [last.get(1), mean.get(1)];
  });
};

test('15-clocks: the clock of a host may be any, of which only the first record is in doubt', () => {
  const everyMinute = [10_000, 10_060, 10_120] as const;
  const known = [
    [1, 1],
    [2, 2],
    [3, 3],
  ];
  for (const ahead of [0, 120, 7200, -120])
    assert.deepEqual(knownByClock(everyMinute.map((at) => [at, ahead] as const)), known, `${ahead} s`);
  const late = knownByClock(everyMinute.map((at) => [at, -7200] as const));
  assert.deepEqual(late, [[undefined, undefined], ...known.slice(1)], 'it may be two hours old');
});

test('15-clocks: a clock that is set is no reason to believe an old record, or none', () => {
  const set = knownByClock([
    [10_000, 0],
    [10_030, -3600],
    [10_060, -3600],
    [10_090, 3600],
  ]);
  assert.deepEqual(set, [
    [1, 1],
    [2, 2],
    [3, 2.5],
    [4, 4],
  ]);
});

test('15-clocks: a record of a host whose clock is ahead grows old all the same', () => {
  let state = emptyVmCpuState;
  for (const at of [1000, 1060, 1600, 1960])
    state = noteRecords(state, [record(1, 0.5, 9000), record(2, 1, at + 8000)], at);
  assert.deepEqual([...vmCpuOf(state, 1960).last.keys()], [2]);
  // What has changed while OpenNebula did not answer may have done so at once, and be old now.
  state = noteRecords(state, [record(2, 2, 1300)], 9000);
  assert.deepEqual([...vmCpuOf(state, 9000).last.keys()], []);
});

test('it is needed where an agent is doubtful and sees VMs, or measures the host alone', () => {
  const domains = [{ name: 'one-1', uuid: '', power: microwatts(1) }];
  const agent = { ...meter(1e6), domains };
  assert.equal(needsVmCpu(new Map()), false);
  assert.equal(needsVmCpu(answersOf(agent)), false);
  assert.equal(needsVmCpu(answersOf(agent, meter(1e6))), false);
  assert.equal(needsVmCpu(answersOf(meter(1e6))), true);
  assert.equal(needsVmCpu(answersOf({ ...agent, isDoubtful: true })), true);
  assert.equal(needsVmCpu(answersOf({ ...agent, domains: [], isDoubtful: true })), false);
});

test('law: the mean power lies between the least and the most of what was read', () => {
  const step = fc.tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 0, max: 1e9 }));
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
      const samples: (readonly [number, number])[] = [];
      for (const [seconds, power] of steps) samples.push([(samples.at(-1)?.[0] ?? 1000) + seconds, power]);
      const mean = powerAfter(samples);
      if (mean === undefined) return;
      const powers = samples.map(([, power]) => power);
      assert.ok(mean >= Math.min(...powers) - 1 && mean <= Math.max(...powers) + 1);
    }),
  );
});
