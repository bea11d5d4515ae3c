import assert from 'node:assert/strict';
import test from 'node:test';
import {
  modelOf,
  startState,
  takeFailure,
  takeKey,
  takeNames,
  takeNamesProblem,
  takePage,
} from '../../../cli/top/live-state.ts';
import { formatMadePage, makeNames, parsePage } from '../../support/top-cloud.ts';

const start = startState({
  list: 'vms',
  sort: 'watts',
  isReversed: false,
  owners: [],
  hosts: [],
  name: '',
  limit: Number.POSITIVE_INFINITY,
});
/** Measured half a second before it was read. */
const pageOf = (watts: number) => parsePage(formatMadePage([{ id: 1, hostId: 0, watts }], [{ id: 0 }]));
const moment = { nowMs: 100_000, clock: '', intervalMs: 5000, charset: 'utf-8' as const };

test('what was read stays when it cannot be read again, and its age goes on', () => {
  const read = takePage(start, pageOf(5), 100_000);
  assert.equal(modelOf(read, moment).status.dataAgeMs, 500);
  const failed = takeFailure(read, 'refused');
  const model = modelOf(failed, { ...moment, nowMs: 160_000 });
  assert.deepEqual([model.status.dataAgeMs, model.status.failure], [60_500, 'refused']);
  assert.equal(model.table.rows[0]?.watts, 5);
  assert.equal(modelOf(takePage(failed, pageOf(6), 161_000), moment).status.failure, undefined);
});

test('a measurement is one sample of the trend, however often it is read', () => {
  const first = takePage(start, pageOf(5), 100_000);
  const same = takePage(first, pageOf(5), 100_300);
  const second = takePage(same, pageOf(6), 105_000);
  assert.deepEqual(second.trends.get(1), [5, 6]);
});

test('names may come before the page, after it, or not at all', () => {
  const names = makeNames({ 0: 'kvm0' });
  const hostOf = (state: typeof start) => state.cloud?.vms[0]?.host;
  assert.equal(hostOf(takePage(takeNames(start, names), pageOf(5), 0)), 'kvm0');
  assert.equal(hostOf(takeNames(takePage(start, pageOf(5), 0), names)), 'kvm0');
  const without = takeNamesProblem(takePage(start, pageOf(5), 0), 'refused');
  assert.equal(hostOf(without), '#0');
  assert.match(modelOf(without, moment).status.problems.join(), /^no names .*refused$/);
});

test('a filter that is typed is used at once', () => {
  let state = takePage(start, pageOf(5), 0);
  for (const character of '/web') {
    ({ state } = takeKey(state, { name: 'character', character }, { columns: 80, rows: 24 }));
  }
  assert.equal(state.table.rows.length, 1);
  ({ state } = takeKey(state, { name: 'enter' }, { columns: 80, rows: 24 }));
  assert.equal(state.table.rows.length, 0);
});

test('v shows the hosts, with what is known of each', () => {
  const read = takePage(start, pageOf(5), 0);
  const size = { columns: 80, rows: 24 };
  const { state } = takeKey(read, { name: 'character', character: 'v' }, size);
  assert.deepEqual([state.table.list, state.table.rows], ['hosts', state.cloud?.hosts]);
});
