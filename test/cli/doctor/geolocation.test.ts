import assert from 'node:assert/strict';
import test from 'node:test';
import { judgeGeolocation } from '../../../cli/doctor/geolocation.ts';
import type { LocatableHost } from '../../../geolocation/host.ts';
import { linesOf } from '../../support/verdicts.ts';

test('age, fixed places, a configuration that is wrong', () => {
  const now = new Date('2026-11-21T00:00:00Z');
  const database = (madeAt: string | undefined) => [
    { path: '/d.mmdb', madeAt: { value: madeAt === undefined ? undefined : new Date(madeAt) } },
  ];
  const judge = (madeAt: string | undefined, document: unknown = undefined) =>
    linesOf(judgeGeolocation({ databases: database(madeAt), hosts: [], document, now }));
  assert.deepEqual(judge('2026-01-01'), ['ok: made on 2026-01-01']);
  assert.deepEqual(judge('2025-01-01'), ['warning: made on 2025-01-01, 689 days ago: addresses move']);
  const wrong = judge('2026-01-01', { geolocation: { static: { hosts: { a: 'x' } } } });
  assert.match(wrong[0] ?? '', /^error: geolocation\.static\.hosts\.a is "x" but must be coordinates/);
});

test('D2-geolocation: a fixed place is compared, and what is not compared is not ok', () => {
  const now = new Date('2026-11-21T00:00:00Z');
  const host = (id: number, geolocation?: string): LocatableHost => ({
    ...{ id, name: `h${id}`, clusterId: 0, cluster: 'c', geolocation },
  });
  const judge = (hosts: readonly LocatableHost[], fixed: Readonly<Record<string, string>> = {}) => {
    const document = { geolocation: { static: { hosts: fixed } } };
    return linesOf(judgeGeolocation({ databases: [], hosts, document, now }));
  };
  assert.deepEqual(judge([host(1, '1,2'), host(2)]), [
    'skipped: 1 of 2 hosts have GEOLOCATION; it was not compared with their addresses',
  ]);
  const fixed = { h1: '1,2', h2: '3,4', h3: '5,6' };
  assert.deepEqual(judge([host(1, '1,2'), host(2), host(3, '7,8')], fixed), [
    'warning: it has no GEOLOCATION, but geolocation.static says 3,4',
    'warning: its GEOLOCATION is 7,8, but geolocation.static says 5,6',
  ]);
  assert.deepEqual(judge([host(1, '1,2')], fixed), ['ok: all 1 hosts with a fixed place have it']);
  assert.deepEqual(judge([host(1, '1,2'), host(9, '1,2')], fixed), [
    'ok: all 1 hosts with a fixed place have it',
    'skipped: 1 of 1 hosts without a fixed place have GEOLOCATION; it was not compared with their addresses',
  ]);
});
