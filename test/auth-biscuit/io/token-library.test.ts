/** What the driver makes of the token library's own limits: they count work, never time. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Answer, VerifiedToken } from '../../../auth-biscuit/authorize.ts';
import { authorize } from '../../../auth-biscuit/authorize.ts';
import { defaultConfiguration } from '../../../auth-biscuit/configuration.ts';
import { parsePublicKeys } from '../../../auth-biscuit/public-keys.ts';
import { biscuits, makeToken, modules, wasmFile } from '../../support/token-library.ts';

const library = modules.loadTokenLibrary(wasmFile);
const { privateKey, publicKey } = modules.createKeyPair(biscuits);
const keys = parsePublicKeys(publicKey);
const now = new Date('2026-11-21T12:00:00Z');

const ask = (token: string): Answer => {
  const verified = keys.map((key) => library.verify(token, key))[0];
  assert.ok(verified !== undefined && 'ask' in verified);
  const question = { user: 'dann1', time: now, zone: undefined, endpoint: undefined, checks: [] };
  return (verified satisfies VerifiedToken).ask(question);
};

test('a name is compared as it is, whether it is plain or would end a text of Datalog', () => {
  const names = [
    'dann1',
    'a.b@c-d_E9',
    'dann',
    'user',
    '{user}',
    'dann1"',
    'dann1"); allow if true; //',
    'a\\',
    'é',
  ];
  const verdicts = names.map((owner) => {
    const token = makeToken(privateKey, `user(${JSON.stringify(owner)});`);
    return names.filter(
      (user) => authorize({ user, keys, token, now }, defaultConfiguration, new Set(), library).granted,
    );
  });
  assert.deepEqual(
    verdicts,
    names.map((name) => [name]),
  );
});

const numbers = (count: number): string =>
  Array.from({ length: count }, (_, value) => `n(${value});`).join(' ');
/** 22,500 pairs are tried: many times the millisecond that the library allows by itself. */
const longWork = `${numbers(150)} last($x) <- n($x), n($y), $x + $y == 298;`;

const rules: Readonly<Record<string, readonly [string, ...string[]]>> = {
  'in the authority block': [`user("dann1"); ${longWork} check if last(149);`],
  'in an attenuation block': ['user("dann1");', `${longWork} check if last(149);`],
  'in both': [
    `user("dann1"); ${longWork} check if last(149);`,
    'check if operation("login");',
    `${longWork.replaceAll('n(', 'm(').replaceAll('last(', 'end(')} check if end(149);`,
  ],
};
for (const [where, blocks] of Object.entries(rules)) {
  test(`A1-rules ${where} that take longer than a millisecond are evaluated, each time`, () => {
    const token = makeToken(privateKey, ...blocks);
    for (let round = 0; round < 10; round += 1) assert.deepEqual(ask(token), { kind: 'yes' });
  });
}

test('A1-an expiry that is written as a rule is one for require_expiry', () => {
  const expiry = 'valid("now") <- time($t), $t < 2100-01-01T00:00:00Z; check if valid("now");';
  const configuration = { ...defaultConfiguration, requireExpiry: true };
  const decide = (...blocks: readonly [string, ...string[]]): unknown =>
    authorize(
      { user: 'dann1', keys, token: makeToken(privateKey, ...blocks), now },
      configuration,
      new Set(),
      library,
    );
  for (let round = 0; round < 5; round += 1) {
    assert.deepEqual(decide(`user("dann1"); ${longWork} ${expiry}`), { granted: true });
    assert.deepEqual(decide('user("dann1");', `${longWork} ${expiry}`), { granted: true });
  }
  assert.deepEqual(decide('user("dann1"); right($x) <- operation($x);'), {
    granted: false,
    reason: 'it never expires, and require_expiry is set',
  });
});

test('A1-the documented limits are those that are kept, and the reason names the one that was met', () => {
  // Three facts are ours: time, operation, resource. One more is user.
  assert.deepEqual(ask(makeToken(privateKey, `user("dann1"); ${numbers(994)} a($x) <- operation($x);`)), {
    kind: 'yes',
  });
  assert.deepEqual(ask(makeToken(privateKey, `user("dann1"); ${numbers(995)} a($x) <- operation($x);`)), {
    kind: 'undecided',
    reason: 'its Datalog has 1000 facts or more',
  });
  const counting = (end: number): string =>
    `user("dann1"); n(0); n($y) <- n($x), $x < ${end}, $x + 1 == $y, m($y); ${numbers(end + 1).replaceAll('n(', 'm(')}`;
  assert.deepEqual(ask(makeToken(privateKey, counting(99))), { kind: 'yes' });
  assert.deepEqual(ask(makeToken(privateKey, counting(100))), {
    kind: 'undecided',
    reason: 'the rules of its Datalog need more than 100 rounds',
  });
});
