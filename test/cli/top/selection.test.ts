import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  matchesPattern,
  rowOrder,
  type Selection,
  selectHosts,
  selectVms,
  sortKeys,
} from '../../../cli/top/selection.ts';
import { anyVm, makeCloud, makeNames } from '../../support/top-cloud.ts';

const everything: Selection = {
  list: 'vms',
  sort: 'watts',
  isReversed: false,
  owners: [],
  hosts: [],
  name: '',
  limit: Number.POSITIVE_INFINITY,
};
const anySort = fc.record({ sort: fc.constantFrom(...sortKeys), isReversed: fc.boolean() });

test('a pattern is a whole text, in which * stands for any', () => {
  const cases: readonly (readonly [text: string, pattern: string, matches: boolean])[] = [
    ['kvm1', 'kvm1', true],
    ['kvm10', 'kvm1', false],
    ['kvm10', 'kvm1*', true],
    ['kvm1', 'kvm1*', true],
    ['rack2-kvm1', '*kvm*', true],
    ['aba', 'ab*ba', false],
    ['abba', 'ab*ba', true],
    ['a.b', 'a*b*', true],
    ['axb', 'a.b', false],
    ['', '*', true],
    ['x', '', false],
    ['KVM1', 'kvm1', false],
    ['abcabc', 'a*c*b*c', true],
  ];
  for (const [text, pattern, matches] of cases) {
    assert.equal(matchesPattern(text, pattern), matches, `${text} ${pattern}`);
  }
});

const cloud = makeCloud(
  [
    { id: 1, name: 'web-2', owner: 'alice', hostId: 0, watts: 5 },
    { id: 2, name: 'web-10', owner: 'bob', hostId: 1, watts: 7 },
    { id: 3, name: 'DB', owner: 'alice', hostId: 1, reason: 'agent_unsound' },
    { id: 4, name: 'idle', owner: 'carol', state: 8, lcmState: 0, watts: 0 },
    { id: 5, name: 'web-1', owner: 'alice', hostId: 10, watts: 7 },
  ],
  [{ id: 0 }, { id: 1 }, { id: 10 }],
  makeNames({ 0: 'kvm0', 1: 'kvm1' }),
);
const ids = (given: Partial<Selection>): readonly number[] =>
  selectVms(cloud.vms, { ...everything, ...given }).map(({ id }) => id);

test('orders', () => {
  assert.deepEqual(ids({}), [2, 5, 1, 4, 3]);
  assert.deepEqual(ids({ isReversed: true }), [4, 1, 2, 5, 3]);
  assert.deepEqual(ids({ sort: 'name' }), [3, 4, 5, 1, 2]);
  assert.deepEqual(ids({ sort: 'owner' }), [1, 3, 5, 2, 4]);
  assert.deepEqual(ids({ sort: 'host' }), [5, 1, 2, 3, 4]);
  assert.deepEqual(ids({ sort: 'host', isReversed: true }), [2, 3, 1, 5, 4]);
  assert.deepEqual(ids({ sort: 'id', isReversed: true }), [5, 4, 3, 2, 1]);
  assert.deepEqual(ids({ limit: 2 }), [2, 5]);
});

test('energy and cost begin with the most; currencies stand apart, and what is unknown last', () => {
  const priced = makeCloud(
    [
      { id: 1, hostId: 0, joules: 1e6 },
      { id: 2, hostId: 1, joules: 9e6 },
      { id: 3, hostId: 0, joules: 4e6 },
      { id: 4, hostId: 1 },
      { id: 5, hostId: 2, joules: 6e6 },
    ],
    [
      { id: 0, price: [1, 'EUR'] },
      { id: 1, price: [5, 'SEK'] },
    ],
  );
  const order = (given: Partial<Selection>): readonly number[] =>
    selectVms(priced.vms, { ...everything, ...given }).map(({ id }) => id);
  assert.deepEqual(order({ sort: 'energy' }), [2, 5, 3, 1, 4]);
  assert.deepEqual(order({ sort: 'energy', isReversed: true }), [1, 3, 5, 2, 4]);
  assert.deepEqual(order({ sort: 'cost' }), [3, 1, 2, 4, 5]);
  assert.deepEqual(order({ sort: 'cost', isReversed: true }), [1, 3, 2, 4, 5]);
});

test('hosts', () => {
  const { hosts } = makeCloud(
    [],
    [{ id: 0, watts: 5 }, { id: 1, watts: 9, joules: 5 }, { id: 2 }, { id: 10, watts: 7, joules: 8 }],
    makeNames({ 0: 'kvm-b', 1: 'kvm-a', 2: 'other' }),
  );
  const shown = (given: Partial<Selection>): readonly number[] =>
    selectHosts(hosts, { ...everything, list: 'hosts', ...given }).map(({ id }) => id);
  assert.deepEqual(shown({}), [1, 10, 0, 2]);
  assert.deepEqual(shown({ isReversed: true }), [0, 10, 1, 2]);
  assert.deepEqual(shown({ sort: 'energy' }), [10, 1, 0, 2]);
  for (const sort of ['name', 'host', 'owner'] as const) assert.deepEqual(shown({ sort }), [10, 1, 0, 2]);
  assert.deepEqual(shown({ owners: ['nobody'], hosts: ['kvm-*', '10'] }), [1, 10, 0]);
  assert.deepEqual(shown({ name: 'KVM', limit: 1 }), [1]);
});

test('filters', () => {
  assert.deepEqual(ids({ owners: ['alice'] }), [5, 1, 3]);
  assert.deepEqual(ids({ owners: ['bob', 'c*'] }), [2, 4]);
  assert.deepEqual(ids({ hosts: ['kvm1'] }), [2, 3]);
  assert.deepEqual(ids({ hosts: ['#1'] }), [2, 3]);
  assert.deepEqual(ids({ hosts: ['10'] }), [5]);
  assert.deepEqual(ids({ hosts: ['1*'] }), []);
  assert.deepEqual(ids({ name: 'WEB-1' }), [2, 5]);
  assert.deepEqual(ids({ owners: ['alice'], hosts: ['kvm0'], name: 'web' }), [1]);
  assert.deepEqual(ids({ owners: ['nobody'] }), []);
});

test('the order is total, does not depend on where VMs stood, and has what is unknown last', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(anyVm, { selector: ({ id }) => id, maxLength: 20 }),
      anySort,
      fc.infiniteStream(fc.nat()),
      (vms, order, random) => {
        const sorted = [...vms].sort(rowOrder(order));
        const shuffled = [...vms]
          .map((vm) => ({ vm, at: random.next().value }))
          .sort((a, b) => a.at - b.at)
          .map(({ vm }) => vm);
        assert.deepEqual(shuffled.sort(rowOrder(order)), sorted);
        for (const [at, vm] of sorted.slice(1).entries()) {
          const before = sorted[at];
          assert.ok(before !== undefined && rowOrder(order)(before, vm) < 0);
          assert.ok(rowOrder(order)(vm, before) > 0);
          if (before[order.sort] === undefined) assert.equal(vm[order.sort], undefined);
        }
      },
    ),
  );
});

test('a selection has only VMs that were given, each once', () => {
  const pattern = fc.constantFrom('a*', '*', '*b*', 'a');
  const selection = fc.record({
    list: fc.constant('vms' as const),
    sort: fc.constantFrom(...sortKeys),
    isReversed: fc.boolean(),
    owners: fc.array(pattern, { maxLength: 2 }),
    hosts: fc.array(pattern, { maxLength: 2 }),
    name: fc.constantFrom('', 'a'),
    limit: fc.integer({ min: 1, max: 20 }),
  });
  fc.assert(
    fc.property(fc.uniqueArray(anyVm, { selector: ({ id }) => id, maxLength: 20 }), selection, (vms, one) => {
      const selected = selectVms(vms, one);
      assert.ok(selected.length <= one.limit && new Set(selected).size === selected.length);
      assert.ok(selected.every((vm) => vms.includes(vm)));
      if (one.owners.length > 0) assert.ok(selected.every(({ owner }) => owner !== undefined));
    }),
  );
});
