/** Tokens that are made once: they are those that would be made now. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { createKnownTokens } from '../../../collectors/guests/known-tokens.ts';
import { makeOneGateToken } from '../../../collectors/guests/onegate-token.ts';

const passwords = ['a'.repeat(32), 'b'.repeat(40), 'short', 'ä'.repeat(32)];

test('whatever changes in between, a known token is the one that would be made now', () => {
  const question = fc.record({
    vmId: fc.integer({ min: 0, max: 3 }),
    startTime: fc.constantFrom('1', '2'),
    password: fc.constantFrom(...passwords),
    stay: fc.subarray([0, 1, 2, 3]),
  });
  fc.assert(
    fc.property(fc.array(question), (questions) => {
      const tokens = createKnownTokens();
      for (const { vmId, startTime, password, stay } of questions) {
        assert.equal(tokens.tokenOf(vmId, startTime, password), makeOneGateToken(vmId, startTime, password));
        tokens.keepOnly(new Map(stay.map((id) => [id, undefined])));
      }
    }),
  );
});
