import assert from 'node:assert/strict';
import test from 'node:test';
import { type Accounts, noAccounts } from '../../../collectors/accounts/accounts.ts';
import { advance } from '../../../collectors/accounts/advance.ts';
import type { AccountingRules, Step } from '../../../collectors/accounts/scene.ts';
import type { Sight } from '../../../collectors/accounts/spans.ts';
import {
  counted,
  madeHost,
  madeStep,
  madeVm,
  minute,
  noon,
  power,
  rules,
  second,
  silent,
} from '../../support/made-accounts.ts';

const run = (steps: readonly Step[], given: AccountingRules = rules, from = noAccounts): Accounts =>
  steps.reduce((accounts, step) => advance(accounts, step, given), from);
const joules = (millijoules: number | undefined): number => (millijoules ?? Number.NaN) / 1000;
const vmOf = (accounts: Accounts, id: number) => {
  const vm = accounts.vms.get(id);
  return {
    own: joules(vm?.own),
    share: joules(vm?.share),
    measured: (vm?.measuredMs ?? Number.NaN) / 1000,
    unmeasured: (vm?.unmeasuredMs ?? Number.NaN) / 1000,
  };
};
const hostOf = (accounts: Accounts, id: number) => {
  const host = accounts.hosts.get(id);
  return { total: joules(host?.total), rest: joules(host?.rest) };
};
/** One host, and what its agent says at each moment, in seconds after noon. */
const oneHost = (sights: readonly (readonly [number, Sight])[], vms = [madeVm(7, 0)]): readonly Step[] =>
  sights.map(([after, sight]) => madeStep(noon + after * second, [madeHost(0)], vms, [[0, [sight]]]));
const at = (after: number): number => noon + after * second;

test('power is integrated over the time between two readings; the first counts for nothing before it', () => {
  const accounts = run(
    oneHost([
      [0, power(0, at(0), 100, { 7: 40 })],
      [15, power(0, at(15), 100, { 7: 40 })],
      [30, power(0, at(30), 200, { 7: 20 })],
    ]),
  );
  assert.deepEqual(vmOf(accounts, 7), { own: 900, share: 0, measured: 30, unmeasured: 0 });
  assert.deepEqual(hostOf(accounts, 0), { total: 4500, rest: 3600 });
});

test('a gap up to the longest one is bridged by the second reading; a longer one is unmeasured', () => {
  const bridged = run(
    oneHost([
      [0, power(0, at(0), 100, { 7: 40 })],
      [15, silent(0, at(15))],
      [30, silent(0, at(30))],
      [60, power(0, at(60), 100, { 7: 40 })],
    ]),
  );
  assert.deepEqual(vmOf(bridged, 7), { own: 2400, share: 0, measured: 60, unmeasured: 0 });
  const lost = run(
    oneHost([
      [0, power(0, at(0), 100, { 7: 40 })],
      [45, silent(0, at(45))],
      [61, power(0, at(61), 100, { 7: 40 })],
      [71, power(0, at(71), 100, { 7: 40 })],
    ]),
  );
  assert.deepEqual(vmOf(lost, 7), { own: 400, share: 0, measured: 10, unmeasured: 61 });
});

test('an answer that is served again is no new reading', () => {
  const accounts = run(
    oneHost([
      [0, power(0, at(0), 100, { 7: 40 })],
      [1, power(0, at(0), 100, { 7: 40 })],
      [5, power(0, at(5), 100, { 7: 40 })],
      [6, power(0, at(5), 100, { 7: 40 })],
    ]),
  );
  assert.deepEqual(vmOf(accounts, 7), { own: 200, share: 0, measured: 5, unmeasured: 0 });
});

test('counters by their difference, however long nobody asked; after a reset, what they have counted since', () => {
  const accounts = run(
    oneHost([
      [0, counted(0, at(0), 1000, 50_000, { 7: 9000 })],
      [15, counted(0, at(15), 1015, 51_500, { 7: 9300 })],
      [3615, counted(0, at(3615), 4615, 411_500, { 7: 81_300 })],
      [3645, counted(0, at(3645), 10, 900, { 7: 150 })],
    ]),
  );
  assert.deepEqual(hostOf(accounts, 0), { total: 1500 + 360_000 + 900, rest: 1200 + 288_000 + 750 });
  assert.deepEqual(vmOf(accounts, 7), { own: 300 + 72_000 + 150, share: 0, measured: 3625, unmeasured: 20 });
});

test('an agent whose time has fallen has not begun anew, where it says that it counts for longer than that', () => {
  const first = [0, counted(0, at(0), 3600, 720_000, { 7: 9000 })] as const;
  const after = run(oneHost([first, [15, counted(0, at(15), 1807, 723_000, { 7: 9300 })]]));
  assert.deepEqual([vmOf(after, 7).own, hostOf(after, 0).total], [0, 0]);
  const next = run(oneHost([[30, counted(0, at(30), 1822, 726_000, { 7: 9600 })]]), rules, after);
  assert.deepEqual([vmOf(next, 7).own, hostOf(next, 0).total], [300, 3000]);
});

test('a VM that has ended keeps its last joules; a counter of it that stands still measures nothing', () => {
  const ended = (after: number, joules: number): readonly [number, Sight] => {
    const sight = counted(0, at(after), 1000 + after, 50_000 + 100 * after, { 7: joules });
    const counters = sight.counters && { ...sight.counters, ended: new Set(['one-7']) };
    return [after, { ...sight, counters }];
  };
  const accounts = run(
    oneHost([
      [0, counted(0, at(0), 1000, 50_000, { 7: 9000 })],
      ended(15, 9300),
      ended(30, 9300),
      ended(90, 9300),
    ]),
  );
  assert.deepEqual([vmOf(accounts, 7).own, vmOf(accounts, 7).measured], [300, 15]);
});

test('a counter that jumps, falls alone or stands still gives no joule', () => {
  const first = [0, counted(0, at(0), 1000, 50_000, { 7: 9000 })] as const;
  for (const [seconds, host, vm] of [
    [1015, 1e15, 9300],
    [1015, Number.NaN, 9300],
    [1015, 40_000, 9300],
    [1000, 50_000, 9000],
    [1015, 51_500, 9000 + 1e6],
    [1015, 51_500, Number.NaN],
    [1015, 51_500, Number.POSITIVE_INFINITY],
  ] as const) {
    const accounts = run(oneHost([first, [15, counted(0, at(15), seconds, host, { 7: vm })]]));
    assert.deepEqual([vmOf(accounts, 7).own, vmOf(accounts, 7).measured], [0, 0], `${seconds} ${host} ${vm}`);
  }
});

test('who gets what no VM used', () => {
  const vms = [madeVm(1, 0, { cpuRatio: 1 }), madeVm(2, 0, { cpuRatio: 3 }), madeVm(3, undefined)];
  const steps = oneHost(
    [
      [0, power(0, at(0), 100, { 1: 10, 2: 30 })],
      [10, power(0, at(10), 100, { 1: 10, 2: 30 })],
    ],
    vms,
  );
  const shares = (['measured', 'usage', 'reserved', 'equal'] as const).map((idle) => {
    const accounts = run(steps, { ...rules, idle });
    return [1, 2, 3].map((id) => vmOf(accounts, id).share).concat(hostOf(accounts, 0).rest);
  });
  assert.deepEqual(shares, [
    [0, 0, 0, 600],
    [150, 450, 0, 0],
    [75, 225, 0, 300],
    [300, 300, 0, 0],
  ]);
});

test('an unmeasured VM holds its part of the rest, and nobody gets it', () => {
  const vms = [madeVm(1, 0), madeVm(2, 0)];
  const steps = oneHost(
    [
      [0, power(0, at(0), 100, { 1: 40 })],
      [10, power(0, at(10), 100, { 1: 40 })],
    ],
    vms,
  );
  for (const [idle, share] of [
    ['measured', 0],
    ['usage', 300],
    ['reserved', 75],
    ['equal', 300],
  ] as const) {
    const accounts = run(steps, { ...rules, idle });
    assert.deepEqual(
      [vmOf(accounts, 1).share, vmOf(accounts, 2).share, hostOf(accounts, 0).rest],
      [share, 0, 600 - share],
      idle,
    );
    assert.equal(vmOf(accounts, 2).unmeasured, 10);
  }
});

test('an agent that is left alone for long, as its answers cost much, is measured all the same', () => {
  const given: AccountingRules = { ...rules, gapAfter: (restMs) => restMs + 15 * second };
  const rarely = [0, 15, 30, 45, 60, 75, 90, 105, 120, 135, 150].map((after) => {
    const readAt = at(Math.floor(after / 75) * 75); // what it said last is shown until it is asked again
    return [after, { ...power(0, readAt, 100, { 7: 40 }), restMs: 70 * second }] as const;
  });
  const accounts = run(oneHost(rarely), { ...given, idle: 'equal' });
  assert.deepEqual(vmOf(accounts, 7), { own: 150 * 40, share: 150 * 60, measured: 150, unmeasured: 0 });
  // The last answer before it became cheap was followed by a long rest, too.
  const cheap = [...rarely.slice(0, 5), [75, power(0, at(75), 100, { 7: 40 })] as const];
  assert.deepEqual(vmOf(run(oneHost(cheap), given), 7), { own: 3000, share: 0, measured: 75, unmeasured: 0 });
  // Where it is silent for longer than that, the time is unmeasured.
  const gone = run(oneHost([...rarely.slice(0, 6), [170, silent(0, at(170))]]), given);
  assert.deepEqual(vmOf(gone, 7), { own: 3000, share: 0, measured: 75, unmeasured: 95 });
});

test('the time of a VM that migrates is measured where the host that it comes from measures it', () => {
  const step = (after: number, hostId: number, lcmState: number, left: number, right: number): Step =>
    madeStep(
      at(after),
      [madeHost(0), madeHost(1)],
      [madeVm(7, hostId, { lcmState })],
      [
        [0, [counted(0, at(after), after, left * 3, left > 0 ? { 7: left } : {})]],
        [1, [counted(1, at(after), after, after * 100, right > 0 ? { 7: right } : {})]],
      ],
    );
  const accounts = run([
    step(0, 0, 3, 100, 0),
    step(15, 1, 4, 700, 0), // migrates: the new host does not see it yet
    step(30, 1, 4, 1300, 5), // it is new there: nobody knows what of it is new
    step(45, 1, 3, 1300, 605),
  ]);
  assert.deepEqual(vmOf(accounts, 7), { own: 1800, share: 0, measured: 45, unmeasured: 0 });
});

test('a VM that migrates counts on both hosts, also where it left within the interval', () => {
  const hosts = [madeHost(0), madeHost(1)];
  const step = (after: number, hostId: number, lcmState: number, left: number, right: number): Step =>
    madeStep(
      at(after),
      hosts,
      [madeVm(7, hostId, { lcmState })],
      [
        [0, [counted(0, at(after), 100 + after, 1000 + 100 * after, { 7: left })]],
        [1, [counted(1, at(after), 500 + after, 3000 + 50 * after, { 7: right })]],
      ],
    );
  const accounts = run([
    step(0, 0, 3, 100, 0),
    step(15, 1, 4, 160, 10), // migrates
    step(30, 1, 3, 170, 60),
    step(45, 1, 3, 170, 120),
    step(60, 0, 3, 200, 125), // there and back between two steps
    step(75, 0, 3, 260, 125),
  ]);
  assert.equal(vmOf(accounts, 7).own, 160 + 125);
  assert.deepEqual(hostOf(accounts, 0), { total: 7500, rest: 7340 });
  assert.deepEqual(hostOf(accounts, 1), { total: 3750, rest: 3625 });
});

test("a process that is named like a VM on another host is nobody's", () => {
  const hosts = [madeHost(0), madeHost(1)];
  const step = (after: number): Step =>
    madeStep(
      at(after),
      hosts,
      [madeVm(7, 0)],
      [
        [0, [power(0, at(after), 100, { 7: 40 })]],
        [1, [power(1, at(after), 100, { 7: 90 })]],
      ],
    );
  const accounts = run([step(0), step(10)]);
  assert.equal(vmOf(accounts, 7).own, 400);
  assert.equal(hostOf(accounts, 1).rest, 1000);
});

test('hosts that share an agent are counted once', () => {
  const hosts = [madeHost(0), madeHost(1)];
  const step = (after: number): Step => {
    const shared = [power(0, at(after), 100, { 7: 40, 8: 20 })];
    return madeStep(
      at(after),
      hosts,
      [madeVm(7, 0), madeVm(8, 1)],
      [
        [0, shared],
        [1, shared],
      ],
    );
  };
  const accounts = run([step(0), step(10)]);
  assert.deepEqual([vmOf(accounts, 7).own, vmOf(accounts, 8).own], [400, 200]);
  assert.deepEqual([hostOf(accounts, 0), accounts.hosts.has(1)], [{ total: 1000, rest: 400 }, false]);
});

/** A host meter, which is asked a moment after the agent that sees VMs. */
const meter = (after: number, watts: number): Sight => ({
  ...power(0, at(after) + 300, watts, undefined),
  place: 'http://kvm0:9100/metrics',
  agent: 'node_exporter',
});

test('where the last VM of a host stops, no energy of the host is lost', () => {
  const step = (after: number, isRunning: boolean): Step => {
    const estimate = power(0, at(after), 100, isRunning ? { 7: 10 } : undefined);
    const vm = isRunning ? madeVm(7, 0) : madeVm(7, undefined);
    return madeStep(at(after), [madeHost(0)], [vm], [[0, [{ ...estimate, agent: 'node_exporter' }]]]);
  };
  const steps = [0, 15, 30, 45, 60, 75, 90, 105, 120].map((after) => step(after, after <= 30));
  assert.deepEqual(hostOf(run(steps), 0), { total: 12_000, rest: 11_700 });
  assert.deepEqual(hostOf(run(steps.slice(0, 5)), 0), { total: 6000, rest: 5700 });
});

/** Watts of the VM by the agent that sees it; `undefined` where that agent gives no answer. */
const besideMeter = (moments: readonly (readonly [number, number | undefined, number])[]): Accounts =>
  run(
    moments.map(([after, vmWatts, hostWatts]) => {
      const ofVms =
        vmWatts === undefined ? silent(0, at(after)) : power(0, at(after), undefined, { 7: vmWatts });
      return madeStep(at(after), [madeHost(0)], [madeVm(7, 0)], [[0, [ofVms, meter(after, hostWatts)]]]);
    }),
  );

test('where the agent of VMs fails beside a host meter, what the meter said while the host waited counts', () => {
  const accounts = besideMeter([
    [0, 40, 100],
    [15, 40, 100],
    [30, undefined, 200],
    [45, undefined, 300],
    [60, undefined, 400],
    [75, undefined, 500],
    [90, undefined, 600],
  ]);
  // 15 s at each of 100, 200, 300, 400, 500 and 600 W, less the 0.3 s between the two agents.
  assert.deepEqual(hostOf(accounts, 0), { total: 31_500, rest: 30_900 });
  assert.deepEqual(vmOf(accounts, 7), { own: 600, share: 0, measured: 15, unmeasured: 75.3 });
});

test('where VMs are measured again before that, the host counts what its meter said, and not its power now', () => {
  const accounts = besideMeter([
    [0, 40, 100],
    [15, 40, 100],
    [30, undefined, 200],
    [45, 40, 1000],
  ]);
  const { total } = hostOf(accounts, 0);
  assert.ok(Math.abs(total - (1500 + 3000 + 15_000)) < 300, String(total));
  assert.deepEqual(vmOf(accounts, 7), { own: 1800, share: 0, measured: 45, unmeasured: 0 });
});

test('while a VM is powered off it has no running time; one that is new ran since its start', () => {
  const off = madeVm(7, undefined);
  const born = madeVm(8, 0, { startTime: String(at(40) / 1000) });
  const steps = [0, 15, 30, 45, 60].map((after) =>
    madeStep(at(after), [madeHost(0)], after < 45 ? [after < 30 ? madeVm(7, 0) : off] : [off, born], [
      [0, [power(0, at(after), 100, { 7: 40, 8: 10 })]],
    ]),
  );
  const accounts = run(steps);
  assert.deepEqual(vmOf(accounts, 7), { own: 600 + 600, share: 0, measured: 15, unmeasured: 0 });
  assert.deepEqual(vmOf(accounts, 8), { own: 300, share: 0, measured: 20, unmeasured: 0 });
});

test('energy belongs to the hours in which it was used, those of local time', () => {
  const half = { wallOffsetMs: 0, zoneOffsetMs: 5.5 * 60 * minute };
  for (const [calendar, border] of [
    [{ wallOffsetMs: 0, zoneOffsetMs: 0 }, noon],
    [half, noon + 30 * minute],
  ] as const) {
    const steps = [-10, 20].map((after) => ({
      ...madeStep(
        border + after * second,
        [madeHost(0)],
        [madeVm(7, 0)],
        [[0, [power(0, border + after * second, 100, { 7: 30 })]]],
      ),
      calendar,
    }));
    const hours = [...run(steps).batch.hours].map(([hour, { vms, hosts }]) => [
      hour - border,
      ...[...vms.values()].map(({ own, measuredMs }) => [own, measuredMs]),
      ...[...hosts.values()].map(({ total }) => total),
    ]);
    assert.deepEqual(hours, [
      [-60 * minute, [300_000, 10_000], 1_000_000],
      [0, [600_000, 20_000], 2_000_000],
    ]);
  }
});

test('a change of the owner begins a row of its own; a new name does not', () => {
  const steps = ['alice', 'alice', 'bob'].map((owner, index) =>
    madeStep(
      at(10 * index),
      [madeHost(0)],
      [madeVm(7, 0, { owner, name: `name ${index}` })],
      [[0, [power(0, at(10 * index), 100, { 7: 30 })]]],
    ),
  );
  const rows = [...run(steps).batch.hours.values()].flatMap(({ vms }) => [...vms.values()]);
  assert.deepEqual(
    rows.map(({ name, owner, own }) => [name, owner, own]),
    [
      ['name 1', 'alice', 300_000],
      ['name 2', 'bob', 300_000],
    ],
  );
});

test('the power of a VM ends when its time is booked as unmeasured, and does not come back without a reading', () => {
  const powerAt = (ends: number): number | undefined => {
    const silence = [15, 30, 45, 60, 75, 90, 105, 180].filter((after) => after > 15 && after <= ends);
    const first = [0, 15].map((after) => [after, power(0, at(after), 100, { 7: 40 })] as const);
    const steps = oneHost([...first, ...silence.map((after) => [after, silent(0, at(after))] as const)]);
    return run(steps).vms.get(7)?.power?.own;
  };
  assert.deepEqual([15, 75, 90, 105, 180].map(powerAt), [40, 40, undefined, undefined, undefined]);
});

test('a VM that was off before a long stop and runs after it has the time of its energy', () => {
  const counts = [0, 7200].map((after) =>
    madeStep(
      at(after),
      [madeHost(0)],
      [madeVm(7, after === 0 ? undefined : 0)],
      [[0, [counted(0, at(after), 1000 + after, 100 * after, { 7: 40 * after })]]],
    ),
  );
  assert.deepEqual(vmOf(run(counts), 7), { own: 288_000, share: 0, measured: 7200, unmeasured: 0 });
  const says = [0, 7200].map((after) =>
    madeStep(
      at(after),
      [madeHost(0)],
      [madeVm(7, after === 0 ? undefined : 0)],
      [[0, [power(0, at(after), 100, { 7: 40 })]]],
    ),
  );
  assert.deepEqual(vmOf(run(says), 7), { own: 0, share: 0, measured: 0, unmeasured: 7200 });
});

test('by the CPU that is reserved, VMs hold a part of all hosts that share an agent', () => {
  const shareOf = (cpus: readonly [number | undefined, number | undefined]): readonly number[] => {
    const hosts = cpus.map((cpuTotal, id) => ({ ...madeHost(id), cpuTotal }));
    const vms = [madeVm(7, 0, { cpuRatio: 4 }), madeVm(8, 1, { cpuRatio: 4 })];
    const steps = [0, 10].map((after) => {
      const shared = [power(0, at(after), 100, { 7: 0, 8: 0 })];
      return madeStep(at(after), hosts, vms, [
        [0, shared],
        [1, shared],
      ]);
    });
    const accounts = run(steps, { ...rules, idle: 'reserved' });
    return [vmOf(accounts, 7).share, vmOf(accounts, 8).share, hostOf(accounts, 0).rest];
  };
  assert.deepEqual(shareOf([800, 800]), [250, 250, 500]);
  // Nobody knows how much of a host is reserved whose CPUs are not known.
  assert.deepEqual(shareOf([undefined, 800]), [0, 0, 1000]);
  assert.deepEqual(shareOf([800, 0]), [0, 0, 1000]);
});
