import assert from 'node:assert/strict';
import test from 'node:test';
import { modelPower } from '../../../power-agent/meters/model.ts';

test('between what an idle host draws and what a busy one draws', () => {
  const given = { idleWatts: 60, maxWatts: 140 };
  assert.deepEqual(
    [-1, 0, 0.5, 1, 2].map((ratio) => modelPower(given, ratio)),
    [60, 60, 100, 140, 140],
  );
});
