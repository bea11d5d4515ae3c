import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Accounts, noAccounts } from '../../../collectors/accounts/accounts.ts';
import { advance } from '../../../collectors/accounts/advance.ts';
import { formatAccounts } from '../../../collectors/accounts/format-accounts.ts';
import { moveClock } from '../../../collectors/accounts/move-clock.ts';
import { parseAccounts } from '../../../collectors/accounts/parse-accounts.ts';
import {
  counted,
  madeHost,
  madeStep,
  madeVm,
  noon,
  power,
  rules,
  second,
} from '../../support/made-accounts.ts';

const names = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', 'a\tb', 'a\nb', 'a\\tb', '\\', 'use\t1', '#', 'Zoë'),
);
const amounts = fc.integer({ min: 0, max: 1e12 });

const accountsOf = (
  given: readonly { readonly owner: string; readonly name: string; readonly joules: number }[],
): Accounts =>
  given.reduce((accounts, { owner, name, joules }, index) => {
    const at = noon + index * 15 * second + 1;
    const vms = [madeVm(7, 0, { owner, name, group: name }), madeVm(8, 1), madeVm(9, undefined)];
    const sights = [
      [0, [counted(0, at, index * 15, joules * index, { 7: (joules * index) / 3 })]],
      [1, [power(1, at, 100, { 8: 30 })]],
    ] as const;
    const supplyFactors = new Map([[0, 1.25]]);
    const hosts = [madeHost(0, { name, cluster: owner }), madeHost(1)];
    return advance(
      accounts,
      { ...madeStep(at, hosts, vms, sights), supplyFactors },
      { ...rules, idle: 'equal', pue: 1.4 },
    );
  }, noAccounts);

/** Without what is not kept; rows are kept in the order of their VMs. */
const keptOf = (accounts: Accounts): Accounts => ({
  ...accounts,
  batch: {
    ...accounts.batch,
    hours: new Map(
      [...accounts.batch.hours].map(([hour, rows]) => [
        hour,
        { ...rows, vms: [...rows.vms].sort((one, other) => one.vmId - other.vmId) },
      ]),
    ),
  },
  vms: new Map([...accounts.vms].map(([id, vm]) => [id, { ...vm, power: undefined }])),
  places: new Map(
    [...accounts.places].flatMap(([place, { agent, readAt, counters }]) => {
      if (counters === undefined) return [];
      const vms = new Map([...counters.vms].map(([key, { count }]) => [key, { vmId: undefined, count }]));
      return [[place, { agent, readAt, counters: { ...counters, vms }, last: undefined }]];
    }),
  ),
});
/** Names as UTF-8 has them. */
const wellFormed = (text: string): string => Buffer.from(text).toString();

test('law: what is kept is what was', () => {
  const steps = fc.array(
    fc.record({ owner: names.map(wellFormed), name: names.map(wellFormed), joules: amounts }),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(steps, (given) => {
      const accounts = accountsOf(given);
      assert.deepEqual(parseAccounts(formatAccounts(accounts)), keptOf(accounts));
    }),
  );
});

test('law: kept by another clock, it is what the accounts are by that clock', () => {
  const steps = fc.array(fc.record({ owner: names, name: names, joules: amounts }), { maxLength: 5 });
  fc.assert(
    fc.property(steps, fc.integer({ min: -1e13, max: 1e13 }), (given, aheadMs) => {
      const accounts = accountsOf(given);
      const moved = formatAccounts(moveClock(accounts, aheadMs));
      assert.equal(formatAccounts(accounts, aheadMs).toString(), moved.toString());
    }),
  );
});

test('law: a file that was cut or changed anywhere is not taken for the accounts', () => {
  const bytes = formatAccounts(
    accountsOf([
      { owner: 'alice', name: 'web', joules: 1000 },
      { owner: 'alice', name: 'web', joules: 1000 },
    ]),
  );
  // Also where a whole hour is missing.
  for (let at = 0; at < bytes.length; at += 1)
    assert.equal(typeof parseAccounts(bytes.subarray(0, at)), 'string', `cut at ${at}`);
  fc.assert(
    fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ change;
      const read = parseAccounts(changed);
      assert.ok(typeof read === 'string' || read.vms.size === 3);
    }),
  );
});
