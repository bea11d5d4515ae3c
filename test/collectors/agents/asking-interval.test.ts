import assert from 'node:assert/strict';
import test from 'node:test';
import type { PowerVerdict, UnsoundReason } from '../../../collectors/agents/agent.ts';
import {
  intervalAfter,
  leastIntervalMs,
  oftenIntervalMs,
} from '../../../collectors/agents/asking-interval.ts';

const refused = (reason: UnsoundReason): PowerVerdict => ({ sound: false, version: '', reason, detail: '' });
const sound: PowerVerdict = {
  sound: true,
  version: '',
  reading: { method: undefined, domains: undefined, hostPower: undefined, isDoubtful: false },
};

test('B8-interval: an agent whose answers cost too much is asked at growing intervals, until one does not', () => {
  let intervalMs = leastIntervalMs;
  const intervals = Array.from({ length: 9 }, (_, at) => {
    intervalMs = intervalAfter(refused(at % 2 === 0 ? 'too_costly' : 'too_large'), 1, intervalMs);
    return intervalMs / 1000;
  });
  assert.deepEqual(intervals, [10, 20, 40, 80, 160, 320, 600, 600, 600]);
  assert.equal(intervalAfter(refused('timeout'), 1, intervalMs), leastIntervalMs);
});

test('B8-interval: an agent takes a hundredth of a processor, also where its answers stay below the limit', () => {
  for (const verdict of [refused('timeout'), sound, refused('too_costly')]) {
    assert.equal(intervalAfter(verdict, 290, leastIntervalMs), 29_000);
    assert.equal(intervalAfter(verdict, 10_000, leastIntervalMs), 600_000);
  }
  assert.equal(intervalAfter(sound, 40, leastIntervalMs), leastIntervalMs);
  assert.equal(intervalAfter(sound, 40, 29_000), leastIntervalMs);
});

test('an agent that may be asked often is asked at each turn of the accounts, and no less often than the others', () => {
  assert.ok(oftenIntervalMs(1000) < 1000);
  assert.ok(oftenIntervalMs(4000) < 4000);
  assert.equal(oftenIntervalMs(15_000), leastIntervalMs);
  assert.equal(intervalAfter(sound, 40, leastIntervalMs, 800), 800);
  assert.equal(intervalAfter(sound, 290, 800, 800), 29_000); // where it costs much, it is left alone all the same
});
