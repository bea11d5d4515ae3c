import assert from 'node:assert/strict';
import test from 'node:test';
import { type ClockFacts, judgeClocks } from '../../../cli/doctor/clock.ts';
import { linesOf } from '../../support/verdicts.ts';

test('small differences are none, larger ones are told with their direction', () => {
  const facts = (...ahead: readonly (number | undefined)[]): ClockFacts => ({
    isSynchronized: { value: true },
    clocks: ahead.map((aheadMs, at) => ({ subject: `kvm${at}`, aheadMs })),
  });
  assert.deepEqual(linesOf(judgeClocks(facts(4000, -4000))).slice(1), [
    'ok: 2 clocks of others seen, at most 4 s from this one',
  ]);
  assert.deepEqual(linesOf(judgeClocks(facts(6000, -61_000, undefined))).slice(1), [
    'warning: its clock is 6 s ahead of this machine',
    'error: its clock is 61 s behind this machine',
    'skipped: 1 other does not tell the time',
  ]);
  assert.equal(judgeClocks(facts(undefined))[1]?.level, 'skipped');
});
