import assert from 'node:assert/strict';
import test from 'node:test';
import { keepUnique } from '../../../lib/one/unique-objects.ts';

const idsAndSources = (list: string): { id: number; from: string }[] =>
  list.split(' ').map((word) => ({ id: Number.parseInt(word, 10), from: word }));
const kept = (list: string): string =>
  keepUnique(idsAndSources(list))
    .map(({ from }) => from)
    .join(' ');

test('a forged object never takes the place of the real one', () => {
  assert.equal(kept('9 5 3 1'), '9 5 3 1');
  assert.equal(kept('9 5 1x 3 1'), '9 5 3 1', 'VM 5 forges an older VM 1');
  assert.equal(kept('9 5 9x 3 1'), '9 5 3 1', 'VM 5 forges a newer VM 9');
  assert.equal(kept('9 5 5x 3'), '9 5 3', 'VM 5 stands twice');
});
