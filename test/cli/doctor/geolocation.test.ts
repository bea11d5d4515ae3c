import assert from 'node:assert/strict';
import test from 'node:test';
import { judgeGeolocation } from '../../../cli/doctor/geolocation.ts';
import { linesOf } from '../../support/verdicts.ts';

test('age, fixed places, a configuration that is wrong', () => {
  const now = new Date('2026-11-21T00:00:00Z');
  const database = (madeAt: string | undefined) => [
    { path: '/d.mmdb', madeAt: { value: madeAt === undefined ? undefined : new Date(madeAt) } },
  ];
  const judge = (madeAt: string | undefined, document: unknown = undefined) =>
    linesOf(judgeGeolocation({ databases: database(madeAt), hosts: [], document, hook: '/h', now }));
  assert.deepEqual(judge('2026-01-01'), ['ok: made on 2026-01-01']);
  assert.deepEqual(judge('2025-01-01'), ['warning: made on 2025-01-01, 689 days ago: addresses move']);
  const wrong = judge('2026-01-01', { geolocation: { static: { hosts: { a: 'x' } } } });
  assert.match(wrong[0] ?? '', /^error: geolocation\.static\.hosts\.a is "x" but must be coordinates/);
});
