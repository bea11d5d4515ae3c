/** The address of the page holds its whole state. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { hostColumns, ownerColumns, vmColumns } from '../../../collectors/pages/columns.ts';
import { formatQuery, type PageQuery, parseQuery, withFilter } from '../../../collectors/pages/page-query.ts';

const plain = { noNullPrototype: true } as const;
const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const stateOf = (columns: readonly { readonly key: string }[]) =>
  fc.record(
    {
      sort: fc.constantFrom(...columns.map(({ key }) => key)),
      isDescending: fc.boolean(),
      page: fc.integer({ min: 1, max: 99_999 }),
    },
    plain,
  );
const queries: fc.Arbitrary<PageQuery> = fc.record(
  {
    q: text.map((one) => one.trim()),
    owner: text,
    group: text,
    host: text,
    reason: text,
    size: fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.constant(Number.POSITIVE_INFINITY)),
    tables: fc.record(
      { vms: stateOf(vmColumns), hosts: stateOf(hostColumns), owners: stateOf(ownerColumns) },
      plain,
    ),
    table: fc.constantFrom('vms', 'hosts', 'owners'),
  },
  plain,
);

test('P2: an address is read back as it was written', () => {
  fc.assert(
    fc.property(queries, (query) => {
      assert.deepEqual(parseQuery(new URLSearchParams(formatQuery(query)), true), { query, problems: [] });
    }),
  );
});

test('P2: whatever stands in an address, it is read, and what is wrong is said', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), fc.string())), (pairs) => {
      const { query } = parseQuery(new URLSearchParams(pairs));
      assert.ok(query.size >= 1 && query.size <= 1000);
    }),
  );
});

test('P2: all that is wrong is said at once, with its value', () => {
  const { problems } = parseQuery(new URLSearchParams('sort=colour&size=all&order=up&hosts_page=0&ower=bob'));
  assert.deepEqual(
    problems.map((one) => one.split(' must be ')[0]?.split(' is no ')[0]),
    ['ower', 'size=all', 'sort=colour', 'order=up', 'hosts_page=0'],
  );
});

test('P2: the plain page has a plain address; a form that is sent empty is the same', () => {
  const { query } = parseQuery(new URLSearchParams('q=&owner=&size=50&sort=watts&reason='));
  assert.equal(formatQuery(query), '');
  assert.equal(formatQuery(withFilter({ ...query }, { owner: 'a&b=c' })), '?owner=a%26b%3Dc');
});
