/** Tokens that somebody has changed, and laws of attenuation; in this process, for there are thousands. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';
import type { TokenLibrary, VerifiedToken } from '../../auth-biscuit/authorize.ts';
import { readFields } from '../../auth-biscuit/protocol-buffers.ts';
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
const throws = (act: () => unknown): boolean => {
  try {
    act();
    return false;
  } catch {
    return true;
  }
};
const question = {
  user: 'dann1',
  time: new Date('2026-11-21T12:00:00Z'),
  zone: undefined,
  endpoint: undefined,
  checks: [],
};

const names = ['seed', 'attenuated', 'sealed', 'third-party-block'] as const;

for (const name of names) {
  test(`A2-${name}: no flipped bit is accepted`, () => {
    const { token, key } = request(name);
    const bytes = Buffer.from(token, 'base64url');
    assert.ok(open(token, key) !== undefined);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.equal(open(encode(changed), key), undefined, `bit ${bit}`);
    }
  });
}

/** As Biscuit libraries write it, with `=` at its end. */
const encode = (bytes: Uint8Array): string =>
  Buffer.from(bytes).toString('base64').replaceAll('+', '-').replaceAll('/', '_');

/** A field of protocol buffers as it may be written: of another kind, in more bytes than it needs. */
interface Written {
  readonly number: number;
  readonly value: number | Uint8Array | readonly Written[];
  readonly longer?: number;
}

const writeNumber = (value: number, longer = 0): readonly number[] =>
  value < 0x80 && longer === 0
    ? [value]
    : [
        (value % 0x80) | 0x80,
        ...writeNumber(Math.floor(value / 0x80), Math.max(0, longer - (value < 0x80 ? 1 : 0))),
      ];

const write = (fields: readonly Written[]): Uint8Array =>
  Buffer.concat(
    fields.flatMap(({ number, value, longer }) => {
      if (typeof value === 'number')
        return [Buffer.from([...writeNumber(number * 8), ...writeNumber(value, longer)])];
      const bytes = value instanceof Uint8Array ? value : write(value);
      return [Buffer.from([...writeNumber(number * 8 + 2), ...writeNumber(bytes.length, longer)]), bytes];
    }),
  );

/** Which fields hold messages, by the field that holds them; a token's own fields are at `''`. */
const messages: Readonly<Record<string, readonly number[]>> = {
  '': [2, 3, 4],
  '.2': [2],
  '.3': [2, 4],
  '.3.4': [2],
};
const readTree = (bytes: Uint8Array, at = ''): readonly Written[] =>
  readFields(bytes).map(({ number, value }) =>
    typeof value !== 'number' && messages[at]?.includes(number) === true
      ? { number, value: readTree(value, `${at}.${number}`) }
      : { number, value },
  );

type Edit = (fields: readonly Written[], at: number) => readonly Written[];
const bogus = Buffer.alloc(64, 7);
const edits: Readonly<Record<string, Edit>> = {
  doubled: (fields, at) => [...fields.slice(0, at), ...fields.slice(at, at + 1), ...fields.slice(at)],
  'a bogus one before it': (fields, at) =>
    fields.flatMap((field, index) =>
      index === at ? [{ ...field, value: typeof field.value === 'number' ? 7 : bogus }, field] : [field],
    ),
  'a bogus one after it': (fields, at) =>
    fields.flatMap((field, index) =>
      index === at ? [field, { ...field, value: typeof field.value === 'number' ? 7 : bogus }] : [field],
    ),
  'the others after it': (fields, at) => [
    ...fields.slice(at, at + 1),
    ...fields.filter((_, index) => index !== at),
  ],
  'it after the others': (fields, at) => [
    ...fields.filter((_, index) => index !== at),
    ...fields.slice(at, at + 1),
  ],
  'left out': (fields, at) => fields.filter((_, index) => index !== at),
  'an unknown number appended': (fields) => [...fields, { number: 15, value: 1 }],
  'unknown bytes appended': (fields) => [...fields, { number: 99, value: Buffer.alloc(300) }],
  'unknown bytes in front': (fields) => [{ number: 15, value: bogus }, ...fields],
  'a version that is the default': (fields) => [...fields, { number: 5, value: 0 }],
  'another proof': (fields) => [...fields, { number: 2, value: bogus }],
  'in more bytes than it needs': (fields, at) =>
    fields.map((field, index) => (index === at ? { ...field, longer: 2 } : field)),
};

/** The edit made in the message to which the steps lead. */
const editAt = (fields: readonly Written[], steps: readonly number[], edit: Edit): readonly Written[] => {
  const [step = 0, ...rest] = steps;
  const at = step % fields.length;
  const inner = fields[at]?.value;
  if (rest.length === 0 || !Array.isArray(inner) || inner.length === 0) return edit(fields, at);
  return fields.map((field, index) =>
    index === at ? { ...field, value: editAt(inner, rest, edit) } : field,
  );
};

for (const name of names) {
  test(`A2-${name}: a token in another encoding is refused, and what is accepted has the ids that are revoked`, () => {
    const { token, key } = request(name);
    const original = Buffer.from(token, 'base64url');
    const tree = readTree(original);
    assert.deepEqual(Buffer.from(write(tree)), original);
    const steps = fc.array(fc.nat(11), { minLength: 1, maxLength: 4 });
    const change = fc.record({ steps, edit: fc.constantFrom(...Object.keys(edits)) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 2 }), (changes) => {
        const edited = write(
          changes.reduce(
            (fields, one) => editAt(fields, one.steps, edits[one.edit] ?? ((same) => same)),
            tree,
          ),
        );
        const verified = open(encode(edited), key);
        if (original.equals(edited)) assert.ok(verified !== undefined);
        else assert.equal(verified, undefined);
      }),
      { numRuns: 2000 },
    );
  });
}

test('A2-every edit of every field at every level is refused', () => {
  for (const name of names) {
    const { token, key } = request(name);
    const tree = readTree(Buffer.from(token, 'base64url'));
    const visit = (fields: readonly Written[], steps: readonly number[]): void => {
      for (const [at, { value }] of fields.entries()) {
        for (const [label, edit] of Object.entries(edits)) {
          const edited = write(editAt(tree, [...steps, at], (inner) => edit(inner, at)));
          if (encode(edited) === encode(write(tree))) continue;
          assert.equal(
            open(encode(edited), key),
            undefined,
            `${name}, field ${[...steps, at].join('.')}: ${label}`,
          );
        }
        if (Array.isArray(value)) visit(value, [...steps, at]);
      }
    };
    visit(tree, []);
  }
});

test('A2-a bogus signature before the true one: the token is refused, and nothing is recorded for it', () => {
  const { token, key } = request('attenuated');
  const tree = readTree(Buffer.from(token, 'base64url'));
  for (const at of tree.keys()) {
    const edit = edits['a bogus one before it'] ?? ((same) => same);
    const edited = encode(write(editAt(tree, [at, 2], edit)));
    assert.equal(open(edited, key), undefined);
    assert.throws(
      () => modules.readRevocationIds(edited),
      /is not encoded as Biscuit libraries write it|not a token/,
    );
  }
});

test('A2-the ids that are recorded are those that the driver looks up', () => {
  for (const name of names) {
    const { token, key } = request(name);
    assert.deepEqual(modules.readRevocationIds(token), open(token, key)?.revocationIds());
  }
});

test('A2-the id of a root key may stand in a token, at its place and nowhere else', () => {
  const { token, key } = request('attenuated');
  const ids = open(token, key)?.revocationIds();
  const tree = readTree(Buffer.from(token, 'base64url'));
  for (const id of [0, 1, 300, 2 ** 32 - 1]) {
    const withId = encode(write([{ number: 1, value: id }, ...tree]));
    assert.deepEqual(open(withId, key)?.revocationIds(), ids);
    assert.deepEqual(modules.readRevocationIds(withId), ids);
    const atEnd = encode(write([...tree, { number: 1, value: id }]));
    assert.equal(open(atEnd, key), undefined);
    assert.throws(() => modules.readRevocationIds(atEnd));
  }
  for (const [id, longer] of [
    [1, 2],
    [2 ** 32, 0],
    [2 ** 35, 0],
  ] as const) {
    const odd = encode(write([{ number: 1, value: id, longer }, ...tree]));
    assert.equal(open(odd, key), undefined);
    assert.throws(() => modules.readRevocationIds(odd));
  }
});

test('A2-the same bytes in another base64 are refused; `=` at the end may be missing', () => {
  const { token, key } = request('attenuated');
  const written = encode(Buffer.from(token, 'base64url'));
  assert.match(written, /[^=]==?$/);
  const bare = written.replace(/=+$/, '');
  for (const text of [written, bare]) {
    assert.ok(open(text, key) !== undefined);
    assert.ok(modules.readRevocationIds(text).length > 1);
  }
  // The last character has bits that no byte holds.
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const next = alphabet[alphabet.indexOf(bare.at(-1) ?? '') + 1] ?? '';
  const middle = written.length / 2;
  const variants = [
    `${bare.slice(0, -1)}${next}`,
    `${bare}===`,
    `${written}=`,
    `${written}\n${written}`,
    `${written.slice(0, middle)}\n${written.slice(middle)}`,
    `${written.slice(0, middle)}=${written.slice(middle)}`,
    Buffer.from(token, 'base64url').toString('base64'),
    `biscuit:${written}`,
  ];
  for (const text of variants) {
    assert.ok(text === written || open(text, key) === undefined, text);
    assert.ok(text === written || throws(() => modules.readRevocationIds(text)), text);
  }
});

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
