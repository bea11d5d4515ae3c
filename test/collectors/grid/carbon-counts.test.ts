/** CO2 of VMs follows from counters that never fall. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type CarbonCounts, carbonCountsForm, countCarbon } from '../../../collectors/grid/carbon-counts.ts';

const kwh = 3.6e9;
const vms = (energies: Readonly<Record<number, number>>) =>
  new Map(Object.entries(energies).map(([id, own]) => [Number(id), { own, share: 0, gpu: 0, hostId: 0 }]));
const by = (grams: number | undefined) => () =>
  grams === undefined ? undefined : { measured: grams, gpu: grams };

test('what was used before the first count is not in it; a VM that is new since then begins at nothing', () => {
  const first = countCarbon(undefined, vms({ 1: 5 * kwh }), by(100));
  assert.deepEqual(first?.get(1), { energy: 5 * kwh, gpu: 0, grams: 0 });
  const second = countCarbon(first, vms({ 1: 6 * kwh, 2: 2 * kwh }), by(100));
  assert.deepEqual([second?.get(1)?.grams, second?.get(2)?.grams], [100, 200]);
});

test('energy without a factor is left out, and a VM without any factor has no value', () => {
  const first = countCarbon(undefined, vms({ 1: 0 }), by(undefined));
  assert.equal(first?.get(1)?.grams, undefined);
  const second = countCarbon(countCarbon(first, vms({ 1: kwh }), by(undefined)), vms({ 1: 3 * kwh }), by(10));
  assert.equal(second?.get(1)?.grams, 20);
});

test('what GPUs use has a factor of its own, and counts from where they were seen first', () => {
  const of = (own: number, gpu: number) => new Map([[7, { own, share: 0, gpu, hostId: 0 }]]);
  const factors = () => ({ measured: 200, gpu: 100 });
  const first = countCarbon(undefined, of(kwh, 3 * kwh), factors);
  const second = countCarbon(first, of(2 * kwh, 5 * kwh), factors);
  assert.deepEqual(second?.get(7), { energy: 2 * kwh, gpu: 5 * kwh, grams: 400 });
  assert.deepEqual(carbonCountsForm.parse(carbonCountsForm.format(second)), second);
});

test('it never falls, whatever is counted again, and is what was written', () => {
  const step = fc.record({
    energy: fc.integer({ min: 0, max: 1e12 }),
    factor: fc.option(fc.integer({ min: 0, max: 2000 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      let counts: CarbonCounts;
      let grams = 0;
      for (const { energy, factor } of steps) {
        counts = countCarbon(counts, vms({ 7: energy }), by(factor));
        assert.deepEqual(carbonCountsForm.parse(carbonCountsForm.format(counts)), counts);
        const now = counts?.get(7)?.grams ?? 0;
        assert.ok(now >= grams);
        assert.equal(countCarbon(counts, vms({ 7: energy }), by(factor))?.get(7)?.grams ?? 0, now);
        grams = now;
      }
    }),
  );
  for (const text of ['', '{}', '{"version":1,"vms":[[1,-2,3]]}', '{"version":1,"vms":null}'])
    assert.equal(carbonCountsForm.parse(text), undefined);
});
