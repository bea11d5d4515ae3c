/** On a host whose energy is known: 16 CPUs, 60 W when idle, 5 W for each busy CPU. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { hostPowerOf } from '../../lib/power-model/power-model.ts';
import { type Accounts, noAccounts } from '../../power-agent/accounts.ts';
import { advanceAgent, beginAgent } from '../../power-agent/step.ts';
import { type MadeEnergyOptions, type MadeLoad, madeEnergy, madeKey } from '../support/made-energy.ts';

/** An agent that reads a made host, each time after so many seconds of a load. */
const watch = (options: MadeEnergyOptions = {}, kept: Accounts = noAccounts) => {
  const host = madeEnergy(options);
  let state = advanceAgent(beginAgent(kept), host.run(1, { vms: { 524: 0, 525: 0, 526: 0 } }));
  return {
    run(seconds: number, load: MadeLoad, interval = 1): Accounts {
      for (let passed = 0; passed < seconds; passed += interval)
        state = advanceAgent(state, host.run(interval, load));
      return state.accounts;
    },
    accounts: () => state.accounts,
  };
};
const vmOf = (accounts: Accounts, vm: number) => accounts.vms.get(madeKey(vm));
const isWithin = (value: number | undefined, wanted: number, ratio: number): void =>
  assert.ok(
    value !== undefined && Math.abs(value - wanted) <= ratio * wanted,
    `${value} instead of ${wanted}`,
  );
const conserves = (accounts: Accounts): void => {
  const ofVms = [...accounts.vms.values()].reduce((sum, { energyJoules }) => sum + energyJoules, 0);
  isWithin(ofVms + accounts.otherJoules + accounts.idleJoules, accounts.hostJoules, 1e-9);
};

const cases: Readonly<Record<string, { readonly load: MadeLoad; readonly hostWatts: number }>> = {
  half: { load: { vms: { 524: 4, 525: 2 }, other: 2 }, hostWatts: 100 },
  lone: { load: { vms: { 524: 2 } }, hostWatts: 70 },
  full: { load: { vms: { 524: 8, 525: 4, 526: 4 } }, hostWatts: 140 },
  'short-lived': { load: { vms: { 524: 2 }, other: 6 }, hostWatts: 100 },
  idle: { load: { vms: { 524: 0.02, 525: 0.02 } }, hostWatts: 60.2 },
};

for (const [name, { load, hostWatts }] of Object.entries(cases)) {
  test(`${name}: each VM gets its part of the capacity, within 1 %`, () => {
    const accounts = watch().run(60, load);
    isWithin(accounts.hostJoules, hostWatts * 60, 0.001);
    for (const [vm, busy] of Object.entries(load.vms)) {
      const seen = vmOf(accounts, Number(vm));
      isWithin(seen?.energyJoules, (hostWatts * 60 * busy) / 16, 0.01);
      isWithin(seen?.cpuSeconds, busy * 60, 0.001);
      assert.equal(seen?.marginalJoules, undefined, 'one level of use determines no model');
    }
    conserves(accounts);
  });
}

/** Numbers that look random and are the same each time. */
const createRandom = () => {
  let seed = 12_345;
  return (): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
};

const varied = (random: () => number): MadeLoad => ({
  vms: { 524: 6 * random(), 525: 4 * random() },
  other: 3 * random(),
});

test('ten minutes of varied load teach watts for each CPU and idle watts within 3 %', () => {
  const random = createRandom();
  for (const noise of [() => 1, () => 0.97 + 0.06 * random()]) {
    const agent = watch({ noise });
    for (let minute = 0; minute < 120; minute += 1) agent.run(5, varied(random));
    const { learnt } = agent.accounts();
    const known = learnt === undefined ? undefined : hostPowerOf(learnt.model);
    isWithin(known?.wattsPerCpu, 5, 0.03);
    isWithin(known?.idleWatts, 60, 0.03);
    assert.ok((known?.errorRatio ?? 1) < 0.03);
  }
});

test('two busy CPUs add 10 W on an empty host, a half full one and a full one', () => {
  const random = createRandom();
  const agent = watch();
  for (let time = 0; time < 120; time += 1) agent.run(5, varied(random));
  for (const others of [0, 6, 14]) {
    const before = vmOf(agent.accounts(), 524)?.marginalJoules ?? Number.NaN;
    const after = vmOf(agent.run(60, { vms: { 524: 2 }, other: others }), 524)?.marginalJoules ?? Number.NaN;
    isWithin((after - before) / 60, 10, 0.05);
  }
});

test('bursts of the meter bend the model by less than 3 %', () => {
  const random = createRandom();
  const agent = watch({ noise: () => (random() < 0.03 ? 1.8 : 0.99 + 0.02 * random()) });
  for (let time = 0; time < 600; time += 1) agent.run(2, varied(random));
  const { learnt } = agent.accounts();
  const known = learnt === undefined ? undefined : hostPowerOf(learnt.model);
  isWithin(known?.wattsPerCpu, 5, 0.03);
  isWithin(known?.idleWatts, 60, 0.03);
});

test('a meter that gives a power every ten seconds teaches the model as well as others do', () => {
  const random = createRandom();
  const host = madeEnergy();
  let state = beginAgent(noAccounts);
  let load = varied(random);
  let watts = 0;
  for (let second = 0; second < 1800; second += 1) {
    if (second % 7 === 0) load = varied(random);
    const isNew = second % 10 === 0;
    if (isNew) watts = 60 + 5 * ((load.vms[524] ?? 0) + (load.vms[525] ?? 0) + (load.other ?? 0));
    const meter = { kind: 'power' as const, power: { zone: 'dcmi', watts, isNew } };
    state = advanceAgent(state, { ...host.run(1, load), meter });
  }
  const { learnt } = state.accounts;
  const known = learnt === undefined ? undefined : hostPowerOf(learnt.model);
  isWithin(known?.wattsPerCpu, 5, 0.03);
  isWithin(known?.idleWatts, 60, 0.03);
  conserves(state.accounts);
});

test('energy is conserved whatever the load, the interval, the sockets and where counters begin anew', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          seconds: fc.integer({ min: 1, max: 40 }),
          vm: fc.double({ min: 0, max: 8, noNaN: true }),
          other: fc.double({ min: 0, max: 8, noNaN: true }),
        }),
        { minLength: 1, maxLength: 40 },
      ),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 7000, max: 262_143 }),
      (loads, sockets, rangeJoules) => {
        const agent = watch({ sockets, rangeJoules });
        let before = agent.accounts();
        let wanted = 0;
        for (const { seconds, vm, other } of loads) {
          const after = agent.run(seconds, { vms: { 524: vm }, other }, seconds);
          conserves(after);
          assert.ok(after.hostJoules >= before.hostJoules && after.idleJoules >= before.idleJoules);
          wanted += (60 + 5 * (vm + other)) * seconds;
          before = after;
        }
        isWithin(before.hostJoules, wanted, 1e-6);
      },
    ),
    { numRuns: 50 },
  );
});

test("what a host draws while it is suspended is nobody's, and its model does not learn from it", () => {
  const random = createRandom();
  const agent = watch();
  for (let time = 0; time < 120; time += 1) agent.run(5, varied(random));
  const before = agent.accounts();
  const asleep = agent.run(1, { vms: { 524: 2 }, suspended: 3600 });
  assert.equal(asleep.hostJoules, before.hostJoules);
  assert.deepEqual(asleep.learnt?.model, before.learnt?.model);
  const after = agent.run(10, { vms: { 524: 2 } });
  isWithin(after.hostJoules - before.hostJoules, 700, 1e-6);
  isWithin((vmOf(after, 524)?.cpuSeconds ?? 0) - (vmOf(before, 524)?.cpuSeconds ?? 0), 22, 1e-6);
  conserves(after);
});

test('while nobody knows what all CPUs did, no VM gets the energy of the whole host', () => {
  const host = madeEnergy();
  const load: MadeLoad = { vms: { 524: 2 }, other: 6 };
  let late = host.run(1, load);
  let state = advanceAgent(beginAgent(noAccounts), late);
  for (let second = 1; second <= 60; second += 1) {
    const reading = host.run(1, load);
    // Now and then /proc/stat is read a moment before it moves, and the meter and the VMs a moment after they did.
    const isLate = second % 4 === 1;
    state = advanceAgent(state, isLate ? { ...reading, cpu: late.cpu } : reading);
    late = reading;
    isWithin(vmOf(state.accounts, 524)?.energyJoules, (state.accounts.hostJoules * 2) / 16, 1e-6);
  }
  isWithin(state.accounts.hostJoules, 60 * 100, 1e-6);
  conserves(state.accounts);
});

test('a host on which no VM did anything has its energy at once', () => {
  const host = madeEnergy();
  const first = host.run(1, { vms: { 524: 0 } });
  const before = advanceAgent(beginAgent(noAccounts), first);
  const { accounts } = advanceAgent(before, { ...host.run(1, { vms: { 524: 0 } }), cpu: first.cpu });
  isWithin(accounts.hostJoules, 60, 1e-6);
  assert.equal(vmOf(accounts, 524)?.energyJoules, 0);
});

test('500 VMs conserve', () => {
  const vms = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [100 + at, at / 20_000]));
  const accounts = watch().run(60, { vms });
  assert.equal(accounts.vms.size, 500);
  conserves(accounts);
});
