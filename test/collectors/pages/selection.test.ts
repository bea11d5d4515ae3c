/** Which VMs an address shows. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { defaultQuery, type PageQuery, withFilter, withTable } from '../../../collectors/pages/page-query.ts';
import { formatEvent, updateOf } from '../../../collectors/pages/power-update.ts';
import { selectRows } from '../../../collectors/pages/selection.ts';
import { madeModel, madeVm } from './made-page.ts';

const cloud = madeModel([
  madeVm({ id: 1, name: 'web', watts: 5 }),
  madeVm({ id: 2, name: 'DB-1', owner: 'bob', watts: 50 }),
  madeVm({ id: 3, name: 'db-2', owner: 'bob', host: 'kvm2', watts: undefined, reason: 'host_offline' }),
  madeVm({ id: 30, name: 'cache', watts: 0 }),
]);
const idsOf = (query: PageQuery): readonly number[] => selectRows(cloud, query).vms.rows.map(({ id }) => id);

test('P4: VMs come by watts, those that are not measured last, in both orders', () => {
  assert.deepEqual(idsOf(defaultQuery), [2, 1, 30, 3]);
  assert.deepEqual(idsOf(withTable(defaultQuery, 'vms', { isDescending: false })), [30, 1, 2, 3]);
});

test('P4: filters', () => {
  assert.deepEqual(idsOf(withFilter(defaultQuery, { owner: 'bob' })), [2, 3]);
  assert.deepEqual(idsOf(withFilter(defaultQuery, { q: 'DB' })), [2, 3]);
  assert.deepEqual(idsOf(withFilter(defaultQuery, { q: '3' })), [30, 3]);
  assert.deepEqual(idsOf(withFilter(defaultQuery, { reason: 'any' })), [3]);
  assert.deepEqual(idsOf(withFilter(defaultQuery, { reason: 'no_host' })), []);
  assert.deepEqual(idsOf(withFilter(defaultQuery, { host: 'kvm2' })), [3]);
});

test('P4: pages together have each VM once, and behind the last there is the last', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 20 }), (count, size) => {
      const model = madeModel(Array.from({ length: count }, (_, id) => madeVm({ id, watts: id % 3 })));
      const at = (page: number) =>
        selectRows(model, withTable({ ...defaultQuery, size }, 'vms', { page })).vms;
      const { pages } = at(1);
      const ids = Array.from({ length: pages }, (_, page) => at(page + 1).rows.map(({ id }) => id)).flat();
      assert.deepEqual(
        ids.toSorted((a, b) => a - b),
        Array.from({ length: count }, (_, id) => id),
      );
      assert.deepEqual(at(pages + 7), at(pages));
    }),
  );
});

test('P4: an update has less than 5 kB, and a few of them have all VMs of a page', () => {
  const model = {
    ...madeModel(
      Array.from({ length: 1000 }, (_, id) => madeVm({ id: 1_000_000_000 + id, watts: 123_456.78 })),
    ),
    problem: 'x'.repeat(5000),
  };
  const selection = selectRows(model, { ...defaultQuery, size: 1000 });
  const seen = new Set<number>();
  for (let turn = 0; turn < 7; turn += 1) {
    const update = updateOf(model, selection, turn);
    assert.ok(formatEvent(update).length < 5000, String(formatEvent(update).length));
    for (const [id] of update.vms) seen.add(id);
  }
  assert.equal(seen.size, 1000);
});
