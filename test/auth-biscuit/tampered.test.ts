/** Tokens that somebody has changed, and laws of attenuation; in this process, for there are thousands. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';
import type { TokenLibrary, VerifiedToken } from '../../auth-biscuit/authorize.ts';
import { type PublicKey, parsePublicKeys } from '../../auth-biscuit/public-keys.ts';
import { parseAuthenticationRequest } from '../../auth-biscuit/request.ts';
import { repositoryPath } from '../support/expected.ts';
import { biscuits, modules, wasmFile } from '../support/token-library.ts';

const library: TokenLibrary = modules.loadTokenLibrary(wasmFile);
const request = (name: string): { readonly token: string; readonly key: PublicKey | undefined } => {
  const file = repositoryPath('test/auth-biscuit/testcases', name, 'input.xml');
  const { token, password } = parseAuthenticationRequest(readFileSync(file));
  return { token, key: parsePublicKeys(password)[0] };
};

const open = (token: string, key: PublicKey | undefined = request('seed').key): VerifiedToken | undefined => {
  if (key === undefined) throw new Error('the case has no key');
  const verified = library.verify(token, key);
  return 'ask' in verified ? verified : undefined;
};
const question = {
  user: 'dann1',
  time: new Date('2026-11-21T12:00:00Z'),
  zone: undefined,
  endpoint: undefined,
  checks: [],
};

for (const name of ['seed', 'attenuated', 'sealed', 'third-party-block']) {
  test(`${name}: no flipped bit changes what is signed`, () => {
    const { token, key } = request(name);
    const bytes = Buffer.from(token, 'base64url');
    const ids = open(token, key)?.revocationIds();
    assert.ok(ids !== undefined);
    const accepted: number[] = [];
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const verified = open(changed.toString('base64url'), key);
      if (verified === undefined) continue;
      accepted.push(bit);
      assert.deepEqual(
        verified.revocationIds(),
        ids,
        'what is accepted is what was signed, and revoked with it',
      );
      assert.equal(verified.ask({ ...question, user: 'dann2' }).kind, 'unfulfilled');
    }
    // The tag of a next key's algorithm: a tag that is not known is passed over, the default is the same.
    const keys = ids.length + (name === 'third-party-block' ? 1 : 0);
    assert.ok(accepted.length <= 3 * keys, `bits that change nothing: ${accepted}`);
  });
}

test('no truncated token is accepted', () => {
  const { token } = request('seed');
  const bare = token.replace(/=+$/, '');
  for (let length = 0; length < bare.length; length += 1) {
    assert.equal(open(bare.slice(0, length)), undefined, `${length} characters`);
  }
});

test('what is added to a token never makes it do more', () => {
  const { token, key } = request('until-2100');
  const statement = fc.constantFrom(
    'user("dann2")',
    'user($u) <- operation($u)',
    'time(2019-01-01T00:00:00Z)',
    'operation("other")',
    'check if user("dann2")',
    'check if operation("login")',
    'check if time($t), $t < 2050-01-01T00:00:00Z',
    'check if false or true',
    'reject if resource("opennebula")',
  );
  const asked = fc.record({
    user: fc.constantFrom('dann1', 'dann2'),
    time: fc.constantFrom('2026-01-01', '2060-01-01', '2200-01-01').map((day) => new Date(day)),
  });
  fc.assert(
    fc.property(
      fc.array(fc.array(statement, { minLength: 1, maxLength: 4 }), { maxLength: 4 }),
      asked,
      (blocks, ask) => {
        if (key === undefined) throw new Error('the case has no key');
        const { Biscuit, BlockBuilder, PublicKey, SignatureAlgorithm } = biscuits;
        let attenuated = Biscuit.fromBase64(token, PublicKey.fromString(key, SignatureAlgorithm.Ed25519));
        for (const statements of blocks) {
          const builder = new BlockBuilder();
          builder.addCode(`${statements.join(';')};`);
          attenuated = attenuated.appendBlock(builder);
        }
        const before = open(token, key)?.ask({ ...question, ...ask });
        const after = open(attenuated.toBase64(), key)?.ask({ ...question, ...ask });
        assert.ok(after?.kind !== 'yes' || before?.kind === 'yes');
      },
    ),
    { numRuns: 150 },
  );
});
