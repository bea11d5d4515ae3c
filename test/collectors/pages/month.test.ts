/** This month by owner: what the ledger has, and the hours that are not in it yet. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { noAmounts, nobody, noHost, noHostAmounts } from '../../../collectors/accounts/accounts.ts';
import { noRates, type Rates } from '../../../collectors/grid/rates.ts';
import { ownersOf, sumUsages, usagesOfHours } from '../../../collectors/pages/month.ts';

const row = (owner: string, own: number, share: number) => ({
  ...nobody,
  ...noAmounts,
  vmId: 1,
  hostId: 1,
  name: 'web',
  owner,
  group: 'users',
  own,
  share,
  measuredMs: 3000,
  unmeasuredMs: 1000,
});
const hourOf = (...rows: readonly ReturnType<typeof row>[]) => ({
  vms: rows,
  hosts: new Map(),
  policies: [],
});

test('P6: hours of another month do not count, and owners are summed', () => {
  const hours = new Map([
    [100, hourOf(row('alice', 3.6e9, 3.6e9), row('bob', 1, 0))],
    [200, hourOf(row('alice', 3.6e9, 0))],
    [300, hourOf(row('alice', 9e9, 0))],
  ]);
  const usages = sumUsages([usagesOfHours(hours, { from: 100, to: 300, ratesAt: () => noRates }), new Map()]);
  assert.deepEqual(ownersOf(usages)[0], {
    owner: 'alice',
    kwh: 3,
    co2Kg: undefined,
    cost: undefined,
    coverage: 0.75,
  });
  assert.equal(usages.get('bob')?.get('')?.own, 1);
});

test('CO2 and cost are those of a report, also where a price begins in the month; two currencies are not added', () => {
  const host = { ...noHost, ...noHostAmounts, hostId: 1, total: 7.2e9, pueBase: 7.2e9, pue: 1.5 * 7.2e9 };
  const hour = { ...hourOf(row('alice', 3.6e9, 3.6e9)), hosts: new Map([[1, host]]) };
  const hours = new Map([
    [100, hour],
    [200, hour],
  ]);
  const origin = { zone: 'DE', year: '2025', source: 'made' };
  const ownersAt = (currencies: Readonly<Record<number, string>>) => {
    const ratesAt = (_place: unknown, at: number): Rates => ({
      factor: { gramsPerKwh: 100, origin },
      price: currencies[at] === undefined ? undefined : { perKwh: 0.5, currency: currencies[at] },
    });
    const [alice] = ownersOf(sumUsages([usagesOfHours(hours, { from: 0, to: 300, ratesAt })]));
    return [alice?.kwh, alice?.co2Kg, alice?.cost];
  };
  // 2 kWh an hour, of which the site draws 3.
  assert.deepEqual(ownersAt({ 100: 'EUR', 200: 'EUR' }), [4, 0.6, 3]);
  assert.deepEqual(ownersAt({ 200: 'EUR' }), [4, 0.6, 1.5]);
  assert.deepEqual(ownersAt({ 100: 'EUR', 200: 'SEK' }), [4, 0.6, undefined]);
});
