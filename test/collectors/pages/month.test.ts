/** This month by owner: what the ledger has, and the hours that are not in it yet. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { noAmounts, nobody } from '../../../collectors/accounts/accounts.ts';
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
  vms: new Map(rows.map((one, at) => [String(at), one])),
  hosts: new Map(),
  policies: [],
});

test('P6: hours of another month do not count, and owners are summed', () => {
  const hours = new Map([
    [100, hourOf(row('alice', 3.6e9, 3.6e9), row('bob', 1, 0))],
    [200, hourOf(row('alice', 3.6e9, 0))],
    [300, hourOf(row('alice', 9e9, 0))],
  ]);
  const usages = sumUsages([usagesOfHours(hours, 100, 300), new Map()]);
  assert.deepEqual(ownersOf(usages)[0], {
    owner: 'alice',
    kwh: 3,
    co2Kg: undefined,
    cost: undefined,
    coverage: 0.75,
  });
  assert.equal(usages.get('bob')?.energy, 1);
});
