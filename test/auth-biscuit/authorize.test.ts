/** The decision over time: leeway and lifetime, to the second. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Verdict } from '../../auth-biscuit/authorize.ts';
import { authorize } from '../../auth-biscuit/authorize.ts';
import { type BiscuitConfiguration, defaultConfiguration } from '../../auth-biscuit/configuration.ts';
import { parsePublicKeys } from '../../auth-biscuit/public-keys.ts';
import { biscuits, modules, wasmFile } from '../support/token-library.ts';

const library = modules.loadTokenLibrary(wasmFile);
const { privateKey, publicKey } = modules.createKeyPair(biscuits);
const second = 1000;
const noon = new Date('2026-11-21T12:00:00Z');
const after = (ms: number): Date => new Date(noon.getTime() + ms);

const decide = (
  checks: readonly string[],
  now: Date,
  configuration: Partial<BiscuitConfiguration> = {},
): Verdict => {
  const token = modules.createToken(biscuits, privateKey.slice(-64), { user: 'dann1', checks });
  const attempt = { user: 'dann1', keys: parsePublicKeys(publicKey), token, now };
  return authorize(attempt, { ...defaultConfiguration, ...configuration }, new Set(), library);
};
const untilNoon = ['check if time($t), $t <= 2026-11-21T12:00:00Z'];
const fromNoon = ['check if time($t), $t >= 2026-11-21T12:00:00Z'];

test('a token holds up to its last second, and not in the next', () => {
  assert.equal(decide(untilNoon, noon).granted, true);
  assert.equal(decide(untilNoon, after(second)).granted, false);
  assert.equal(decide(fromNoon, after(-second)).granted, false);
  assert.equal(decide(fromNoon, noon).granted, true);
});

test('the leeway moves both ends, and no further', () => {
  const leeway = { clockLeewayMs: 30 * second };
  assert.equal(decide(untilNoon, after(30 * second), leeway).granted, true);
  assert.equal(decide(untilNoon, after(31 * second), leeway).granted, false);
  assert.equal(decide(fromNoon, after(-30 * second), leeway).granted, true);
  assert.equal(decide(fromNoon, after(-31 * second), leeway).granted, false);
  assert.equal(decide(['check if false'], noon, leeway).granted, false);
});

test('a token that lasts just as long as max_lifetime is granted, a longer one is not', () => {
  const lifetime = { maxLifetimeMs: 3600 * second };
  assert.equal(decide(untilNoon, after(-3600 * second), lifetime).granted, true);
  assert.equal(decide(untilNoon, after(-3602 * second), lifetime).granted, false);
  assert.equal(decide([], noon, lifetime).granted, false);
});

test('a token that ends by something else than a check on the time counts as endless', () => {
  const endless = { granted: false, reason: 'it never expires, and require_expiry is set' };
  assert.deepEqual(decide(['check if operation("login")'], noon, { requireExpiry: true }), endless);
  // Undecided at the end of time is not an end either.
  assert.deepEqual(
    decide(['check if time($t), $t < 2100-01-01T00:00:00Z or 1 / 0 == 1'], noon, { requireExpiry: true }),
    endless,
  );
});

test('whatever the library throws is no grant', () => {
  assert.throws(() =>
    authorize(
      { user: 'dann1', keys: parsePublicKeys(publicKey), token: '', now: noon },
      defaultConfiguration,
      new Set(),
      {
        verify: () => {
          throw new Error('out of order');
        },
      },
    ),
  );
  const nothing = { user: 'dann1', keys: [], token: '', now: noon };
  assert.equal(authorize(nothing, defaultConfiguration, new Set(), library).granted, false);
});
