import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { apportion } from '../../../collectors/accounts/apportion.ts';

test('whole parts, and what is left', () => {
  assert.deepEqual(apportion(10, [2.5, 2.5, 2.5]), { parts: [3, 2, 3], rest: 2 });
  assert.deepEqual(apportion(0.4, [0.2, 0.2]), { parts: [0, 0], rest: 0 });
});

test('what cannot be parts of the whole fails', () => {
  for (const [whole, parts] of [
    [10, [6, 5]],
    [10, [-1]],
    [10, [Number.NaN]],
    [Number.NaN, [1]],
  ] as const)
    assert.throws(() => apportion(whole, parts), RangeError);
});

test('law: parts and rest sum to the whole, no part is off by more than one, and nothing drifts', () => {
  const parts = fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }));
  fc.assert(
    fc.property(parts, fc.double({ min: 0, max: 1e9, noNaN: true }), (own, rest) => {
      const whole = own.reduce((sum, part) => sum + part, 0) + rest;
      const cut = apportion(whole, own);
      assert.equal(cut.parts.reduce((sum, part) => sum + part, 0) + cut.rest, Math.round(whole));
      assert.ok(cut.rest >= 0);
      for (const [index, part] of cut.parts.entries()) assert.ok(Math.abs(part - (own[index] ?? 0)) <= 1.01);
    }),
  );
});
