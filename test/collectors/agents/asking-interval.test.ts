import assert from 'node:assert/strict';
import test from 'node:test';
import type { PowerVerdict, UnsoundReason } from '../../../collectors/agents/agent.ts';
import { intervalAfter, leastIntervalMs } from '../../../collectors/agents/asking-interval.ts';

const refused = (reason: UnsoundReason): PowerVerdict => ({ sound: false, version: '', reason, detail: '' });

test('B8-interval: an agent whose answers cost too much is asked at growing intervals, until one does not', () => {
  let intervalMs = leastIntervalMs;
  const intervals = Array.from({ length: 9 }, (_, at) => {
    intervalMs = intervalAfter(refused(at % 2 === 0 ? 'too_costly' : 'too_large'), intervalMs);
    return intervalMs / 1000;
  });
  assert.deepEqual(intervals, [10, 20, 40, 80, 160, 320, 600, 600, 600]);
  assert.equal(intervalAfter(refused('timeout'), intervalMs), leastIntervalMs);
});
