import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { applyFactors } from '../../../collectors/accounts/factors.ts';

test('the supply factor comes first, and the PUE is of what the machine draws', () => {
  assert.deepEqual(applyFactors(1000, { supply: 1.25, pue: 1.4 }), {
    supplyBase: 1000,
    supply: 1250,
    pueBase: 1250,
    pue: 1750,
  });
});

test('a factor that is not known is not 1: nothing stands in its column', () => {
  assert.deepEqual(applyFactors(1000, { supply: undefined, pue: 1.4 }), {
    supplyBase: 0,
    supply: 0,
    pueBase: 1000,
    pue: 1400,
  });
  assert.deepEqual(applyFactors(1000, { supply: 1.25, pue: undefined }), {
    supplyBase: 1000,
    supply: 1250,
    pueBase: 0,
    pue: 0,
  });
});

test('law: each column is no less than what it is a multiple of', () => {
  const factor = fc.option(fc.double({ min: 1, max: 5, noNaN: true }), { nil: undefined });
  fc.assert(
    fc.property(fc.nat(), factor, factor, (total, supply, pue) => {
      const amounts = applyFactors(total, { supply, pue });
      assert.ok(amounts.supply >= amounts.supplyBase && amounts.pue >= amounts.pueBase);
      assert.ok(Object.values(amounts).every(Number.isSafeInteger));
    }),
  );
});
