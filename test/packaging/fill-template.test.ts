/** Templates: nothing is left open and nothing forgotten. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { fillTemplate } from '../../packaging/fill-template.ts';

test('each place gets its value, whatever is in it', () => {
  assert.equal(fillTemplate('@A@ user@host @B_C@@A@', { A: '$&', B_C: '@A@' }), '$& user@host @A@$&');
});

test('a place without a value and a value without a place fail', () => {
  assert.throws(() => fillTemplate('@A@', {}), /@A@/);
  assert.throws(() => fillTemplate('', { A: '' }), /no place for A/);
});
