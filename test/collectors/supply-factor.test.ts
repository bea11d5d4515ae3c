import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { advanceSupply, type SupplyMoment, supplyFactorOf } from '../../collectors/supply-factor.ts';

const after = (moments: readonly SupplyMoment[]): readonly SupplyMoment[] =>
  moments.reduce<readonly SupplyMoment[]>(advanceSupply, []);

test('the factor is that of both sums over the last five minutes', () => {
  const moments = [
    { seconds: 0, platformWatts: 9000, hostWatts: 1 },
    { seconds: 290, platformWatts: 150, hostWatts: 100 },
    { seconds: 310, platformWatts: 250, hostWatts: 100 },
  ];
  assert.equal(supplyFactorOf(after(moments)), 2);
});

test('below 1 and above 4 it is unknown, and so it is without the power of the host', () => {
  const factor = (platformWatts: number, hostWatts: number) =>
    supplyFactorOf([{ seconds: 0, platformWatts, hostWatts }]);
  assert.equal(factor(100, 100), 1);
  assert.equal(factor(99, 100), 'below_one');
  assert.equal(factor(400, 100), 4);
  assert.equal(factor(401, 100), 'above_four');
  assert.equal(supplyFactorOf([]), 'host_power_unknown');
  assert.equal(factor(100, 0), 'host_power_unknown');
});

test('law: the factor lies between the least and the largest of its moments, or is flagged', () => {
  const moment = fc.record({
    seconds: fc.integer({ min: 0, max: 1000 }),
    platformWatts: fc.double({ min: 1, max: 2000, noNaN: true }),
    hostWatts: fc.double({ min: 1, max: 1000, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(moment, { minLength: 1 }), (moments) => {
      const kept = after(moments.toSorted((a, b) => a.seconds - b.seconds));
      const ratios = kept.map(({ platformWatts, hostWatts }) => platformWatts / hostWatts);
      const factor = supplyFactorOf(kept);
      if (typeof factor === 'string') return;
      assert.ok(factor >= Math.min(...ratios) - 1e-9 && factor <= Math.max(...ratios) + 1e-9);
      assert.ok(factor >= 1 && factor <= 4);
    }),
  );
});
