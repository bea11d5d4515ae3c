import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { learntFrom } from '../../lib/power-model/power-model.ts';
import { type Accounts, noAccounts, nothingPending, withMeter } from '../../power-agent/accounts.ts';
import { formatAccounts, parseAccounts } from '../../power-agent/kept-accounts.ts';
import { advanceAgent, beginAgent } from '../../power-agent/step.ts';
import { madeEnergy } from '../support/made-energy.ts';

const afterSteps = (steps: readonly (readonly [number, number])[]): Accounts => {
  const host = madeEnergy();
  let state = beginAgent(noAccounts);
  for (const [seconds, busy] of steps)
    state = advanceAgent(state, host.run(seconds, { vms: { 1: busy }, other: busy / 2 }));
  return state.accounts;
};

test('counters outlive their writing', () => {
  const step = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.double({ min: 0, max: 8, noNaN: true }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const after = afterSteps(steps);
      const learnt = after.learnt === undefined ? undefined : learntFrom(after.learnt.model);
      const accounts = { ...after, learnt, pending: nothingPending };
      assert.deepEqual(parseAccounts(formatAccounts(accounts, 'boot'), 'boot'), accounts);
    }),
  );
});

test('what was learnt from one meter is forgotten for another', () => {
  const learnt = withMeter(afterSteps([[9, 4]]), 'model');
  const taught = { ...learnt, learnt: afterSteps([[9, 4]]).learnt };
  assert.ok(taught.learnt !== undefined);
  const kept = parseAccounts(formatAccounts(taught, 'boot'), 'boot');
  assert.ok(typeof kept !== 'string');
  assert.equal(withMeter(kept, 'model'), kept);
  assert.equal(withMeter(kept, 'rapl').learnt, undefined);
});

test('counters of another start of the host begin anew', () => {
  assert.equal(parseAccounts(formatAccounts(noAccounts, 'one'), 'other'), 'of another start');
});

test('what is no such document is told apart', () => {
  const whole = formatAccounts(
    afterSteps([
      [1, 1],
      [1, 2],
    ]),
    'boot',
  );
  for (const text of [
    '',
    'null',
    '[]',
    whole.slice(0, -9),
    whole.replace('"version":1', '"version":2'),
    whole.replace('"idle":', '"idle":-'),
    whole.replace('"cpuSeconds":', '"cpuSeconds":"x","y":'),
  ])
    assert.equal(parseAccounts(text, 'boot'), 'unreadable', text);
});
