import assert from 'node:assert/strict';
import test from 'node:test';
import { takeUnique } from '../../../lib/one/unique-objects.ts';

const objectsOf = (list: string): { id: number; from: string }[] =>
  list.split(' ').map((word) => ({ id: Number.parseInt(word, 10), from: word }));
const taken = (list: string): readonly [string, readonly number[]] => {
  const { objects, repeated } = takeUnique(objectsOf(list));
  return [objects.map(({ from }) => from).join(' '), repeated];
};

test('an id stands once, and ids that stand twice are named', () => {
  assert.deepEqual(taken('9 5 3 1'), ['9 5 3 1', []]);
  assert.deepEqual(taken('9 8 7x 7 6'), ['9 8 7x 6', [7]]);
  assert.deepEqual(taken('9 8 7x 6x 5x 7 6 5'), ['9 8 7x 6x 5x', [7, 6, 5]]);
  assert.deepEqual(taken('5 5x 5y'), ['5', [5]]);
});
