/** When answers wait because somebody guesses. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createGuessLimit } from '../../../collectors/guests/guess-limit.ts';

const guess = (vmId: number | undefined, client = 'a') => ({ vmId, client });

test('a few wrong tokens make nobody wait; more make the VM wait wherever it asks from, and it is forgotten', () => {
  const limit = createGuessLimit();
  for (let at = 0; at < 5; at += 1) assert.equal(limit.wrong(guess(7), 0), false);
  assert.equal(limit.mustWait(guess(7), 0), false);
  assert.equal(limit.wrong(guess(7), 0), true, 'it is told once');
  assert.equal(limit.wrong(guess(7), 0), false);
  assert.equal(limit.mustWait(guess(7, 'b'), 0), true);
  assert.equal(limit.mustWait(guess(8), 0), false, 'another VM of the same address');
  for (let at = 0; at < 1000; at += 1) limit.wrong(guess(7), 0);
  assert.equal(limit.mustWait(guess(7, 'b'), 40_000), true);
  assert.equal(limit.mustWait(guess(7, 'b'), 60_000), false, 'a long attack is not remembered for longer');
});

test('guesses at many VMs make the address wait', () => {
  const limit = createGuessLimit();
  for (let vmId = 0; vmId < 51; vmId += 1) limit.wrong(guess(vmId), 0);
  assert.equal(limit.mustWait(guess(99), 0), true);
  assert.equal(limit.mustWait(guess(99, 'b'), 0), false);
  const unknown = createGuessLimit();
  for (let at = 0; at < 51; at += 1) unknown.wrong(guess(undefined), 0);
  assert.equal(unknown.mustWait(guess(99), 0), true, 'also guesses at VMs that do not exist');
});
