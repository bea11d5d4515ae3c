/** Laws over made ledgers: however rows are grouped, and into however many reports they are cut, the sums are the same. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Rates } from '../../../collectors/grid/rates.ts';
import { addAmounts, noAmounts, sumIn } from '../../../collectors/usage/amounts.ts';
import { type Grouping, groupings } from '../../../collectors/usage/grouping.ts';
import { createUsageReader, type Usage } from '../../../collectors/usage/usage.ts';

const origin = { zone: 'DE', year: '2026', source: 'made' };
const millijoules = fc.oneof(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 0, max: 9 }));
const names = fc.constantFrom('', 'alice', 'bob', '__proto__', 'a,b', '"');
const uses = fc.array(
  fc.record({
    vmId: fc.integer({ min: 0, max: 4 }),
    hostId: fc.integer({ min: -1, max: 2 }),
    owner: names,
    group: names,
    labels: fc.constantFrom('', 'prod', 'prod,web'),
    own: millijoules,
    share: millijoules,
  }),
  { maxLength: 6 },
);
const draws = fc.array(
  fc.record({
    hostId: fc.integer({ min: 0, max: 2 }),
    total: millijoules,
    supplyPart: fc.constantFrom(0, 0.3, 1),
    supply: fc.constantFrom(1, 1.1, 1.37),
    puePart: fc.constantFrom(0, 0.5, 1),
    pue: fc.constantFrom(1, 1.35),
  }),
  { maxLength: 3 },
);
const hours = fc.array(fc.record({ uses, draws }), { minLength: 1, maxLength: 8 });
type Hours = typeof hours extends fc.Arbitrary<infer T> ? T : never;

/** Prices that floating point cannot hold, two currencies, and times of which nothing is known. */
const ratesAt = ({ hostId }: { readonly hostId: number }, at: number): Rates => ({
  factor: at % 3 === 0 ? undefined : { gramsPerKwh: 0.1 + (at % 7) * 33.3, origin },
  price:
    at % 5 === 4
      ? undefined
      : { perKwh: [0.1, 0.2, 0.3][at % 3] ?? 0, currency: hostId === 2 ? 'CHF' : 'EUR' },
});

const read = (all: Hours, grouping: Grouping, from = 0, to = all.length) => {
  const reader = createUsageReader({ grouping, ratesAt, isVisible: () => true });
  for (const [at, hour] of all.entries()) {
    const visitor = reader.visitor(at, at >= from && at < to);
    for (const { hostId, total, supplyPart, supply, puePart, pue } of hour.draws) {
      visitor.onHost(hostId, { name: `kvm${hostId}`, cluster: `c${hostId % 2}`, gridZone: '' });
      const base = Math.round(total * supplyPart);
      const drawn = total - base + Math.round(base * supply);
      const sited = Math.round(drawn * puePart);
      visitor.onDraw(hostId, total, 0, 1, base, Math.round(base * supply), sited, Math.round(sited * pue));
    }
    for (const { vmId, hostId, own, share, ...who } of hour.uses) {
      visitor.onVm(vmId, { name: `vm-${vmId}`, flavour: '', ...who });
      visitor.onUse(vmId, hostId, own, share, 1000, 500, 1500);
    }
  }
  return reader;
};

/** What must be the same to the last digit, and what may differ by what the last digit is worth. */
const sumsOf = (usages: readonly Usage[]) => {
  const all = noAmounts();
  const money = new Map<string, number>();
  for (const { parts } of usages)
    for (const [currency, amounts] of parts) {
      addAmounts(all, amounts);
      money.set(currency, (money.get(currency) ?? 0) + sumIn(amounts.cost));
    }
  const { own, share, measuredMs, unmeasuredMs, lifeMs, site, withFactor, withPrice, carbon } = all;
  return {
    exact: { own, share, measuredMs, unmeasuredMs, lifeMs, site, withFactor, withPrice },
    rounded: [
      sumIn(carbon),
      ...[...money].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, sum]) => sum),
    ],
  };
};
const isNear = (one: number, other: number): boolean => Math.abs(one - other) <= 1e-14 * Math.abs(other);
const assertSame = (one: readonly Usage[], other: readonly Usage[], what: string): void => {
  const [a, b] = [sumsOf(one), sumsOf(other)];
  assert.deepEqual(a.exact, b.exact, what);
  assert.equal(a.rounded.length, b.rounded.length, what);
  for (const [at, value] of a.rounded.entries()) assert.ok(isNear(value, b.rounded[at] ?? 0), what);
};

test('law: by whatever a report is, its lines sum to the same energy, time, CO2 and money', () => {
  fc.assert(
    fc.property(hours, (all) => {
      const byVm = read(all, 'vm').usages();
      for (const grouping of groupings) {
        const reader = read(all, grouping);
        // A VM with several labels stands in the line of each, and in the total once.
        if (grouping !== 'label') assertSame(reader.usages(), byVm, grouping);
        assertSame([reader.total()], byVm, `total by ${grouping}`);
      }
    }),
    { numRuns: 200 },
  );
});

test('law: the report of a time is the sum of the reports of its parts', () => {
  fc.assert(
    fc.property(hours, fc.nat(), fc.constantFrom(...groupings), (all, cut, grouping) => {
      const at = cut % (all.length + 1);
      const parts = [read(all, grouping, 0, at).total(), read(all, grouping, at).total()];
      assertSame(parts, [read(all, grouping).total()], grouping);
    }),
    { numRuns: 200 },
  );
});

test('ten million hours at a price that floating point cannot hold cost what they cost', () => {
  const reader = createUsageReader({
    grouping: 'owner',
    ratesAt: () => ({ factor: undefined, price: { perKwh: 0.1, currency: 'EUR' } }),
    isVisible: () => true,
  });
  const visitor = reader.visitor(0, true);
  for (let row = 0; row < 1e7; row += 1) visitor.onUse(7, 0, 360_000_007, 0, 1, 0, 1);
  const cost = reader.total().parts.get('EUR')?.cost;
  assert.equal((cost && sumIn(cost)) ?? 0, 360_000_007 * 1e6);
});
