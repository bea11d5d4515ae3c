/** 500 VMs that come and go in each interval, under numbers of processes and VMs that are used again. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Accounts, forgetVms, noAccounts } from '../../power-agent/accounts.ts';
import { advanceAgent, beginAgent, type HostReading } from '../../power-agent/step.ts';
import type { VmProcess } from '../../power-agent/vm-times.ts';
import { madeEnergy, madeKey } from '../support/made-energy.ts';

const vmsAtOnce = 500;
const cpus = 64;

const createRandom = (seed: number) => {
  let at = seed;
  return (): number => {
    at = (at * 1_103_515_245 + 12_345) % 2_147_483_648;
    return at / 2_147_483_648;
  };
};

interface Slot extends VmProcess {
  /** CPUs that it keeps busy. */
  readonly busy: number;
}

/**
 * A host with as many processes of VMs as `vmsAtOnce`, of which a part is replaced in each second by one of another VM,
 * or of the same, under the same pid. `counted` is what can be seen of each VM's CPU time.
 */
const createHost = (seed: number, replaced: number, names: number) => {
  const random = createRandom(seed);
  const energy = madeEnergy({ cpus });
  const counted = new Map<string, number>();
  let second = 0;
  const begin = (pid: number): Slot => ({
    pid,
    key: madeKey(Math.floor(random() * names)),
    startedAt: 100 * second + Math.floor(random() * 100),
    source: '',
    cpuSeconds: random() * 0.1,
    busy: (random() * cpus) / vmsAtOnce,
  });
  let slots = Array.from({ length: vmsAtOnce }, (_, at) => begin(1000 + at));
  return {
    counted,
    /** The host a second later. */
    next(): HostReading {
      second += 1;
      slots = slots.map((slot) => {
        if (random() < replaced) return begin(slot.pid);
        const now = { ...slot, cpuSeconds: slot.cpuSeconds + slot.busy };
        counted.set(slot.key, (counted.get(slot.key) ?? 0) + slot.busy);
        return now;
      });
      const busy = slots.reduce((sum, slot) => sum + slot.busy, 0);
      const reading = energy.run(1, { vms: {}, other: Math.min(cpus, busy) });
      return { ...reading, vms: new Map(slots.map((slot) => [slot.pid, slot])) };
    },
  };
};

const sumOf = (accounts: Accounts, of: 'cpuSeconds' | 'energyJoules'): number =>
  [...accounts.vms.values()].reduce((sum, vm) => sum + vm[of], 0);
const isNear = (value: number, wanted: number, ratio: number): void =>
  assert.ok(Math.abs(value - wanted) <= ratio * Math.max(1, wanted), `${value} instead of ${wanted}`);

test('law: no joule is lost and none is given twice, however many VMs come and go', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 2000 }),
      (seed, replaced, names) => {
        const host = createHost(seed, replaced, names);
        let state = advanceAgent(beginAgent(noAccounts), host.next());
        host.counted.clear();
        for (let second = 0; second < 15; second += 1) {
          const before = state.accounts;
          state = advanceAgent(state, host.next());
          for (const [key, { energyJoules }] of before.vms)
            assert.ok((state.accounts.vms.get(key)?.energyJoules ?? 0) >= energyJoules, 'no counter falls');
        }
        const { accounts } = state;
        const given = sumOf(accounts, 'energyJoules') + accounts.otherJoules + accounts.idleJoules;
        isNear(given, accounts.hostJoules, 1e-9);
        isNear(
          sumOf(accounts, 'cpuSeconds'),
          [...host.counted.values()].reduce((a, b) => a + b, 0),
          1e-6,
        );
        for (const [key, seconds] of host.counted)
          isNear(accounts.vms.get(key)?.cpuSeconds ?? 0, seconds, 1e-6);
      },
    ),
    { numRuns: 15 },
  );
});

test('a host on which VMs come and go for long remembers those that were here last', () => {
  const host = createHost(7, 1, 1e6);
  let state = advanceAgent(beginAgent(noAccounts), host.next());
  let most = 0;
  for (let second = 0; second < 60; second += 1) {
    state = advanceAgent(state, host.next());
    if (second % 10 === 0) state = { ...state, accounts: forgetVms(state.accounts, state.last?.now ?? 0) };
    most = Math.max(most, state.accounts.vms.size);
  }
  assert.ok(most <= 2000 + 11 * vmsAtOnce, `${most} VMs are remembered`);
  const { accounts, last } = state;
  for (const { key } of last?.vms.values() ?? []) assert.ok(accounts.vms.has(key), 'those that run stay');
  const kept = forgetVms(accounts, last?.now ?? 0);
  assert.ok([...kept.vms.values()].every(({ seenAt }) => (last?.now ?? 0) - seenAt <= 10));
  assert.equal(kept.hostJoules, accounts.hostJoules);
});
