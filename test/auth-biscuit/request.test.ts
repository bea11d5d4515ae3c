/** The reader of requests: laws. What it makes of single requests stands in testcases. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';
import { authError } from '../../auth-biscuit/errors.ts';
import {
  isUserName,
  longestRequest,
  longestToken,
  parseAuthenticationRequest,
} from '../../auth-biscuit/request.ts';
import { formatRequest } from '../support/driver.ts';
import { repositoryPath } from '../support/expected.ts';

const parse = (text: string | Uint8Array): ReturnType<typeof parseAuthenticationRequest> | undefined => {
  try {
    return parseAuthenticationRequest(Buffer.from(text));
  } catch (thrown) {
    assert.ok(authError.is(thrown, 'AUTH_REQUEST_INVALID'), String(thrown));
    assert.doesNotMatch(thrown.message, /[\r\n]/);
    return undefined;
  }
};

const userName = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter(isUserName);
const token = fc.stringMatching(/^[\w-]{1,80}$/);
const password = fc.string({ unit: 'grapheme-ascii' });

test('what oned writes is read as it was meant', () => {
  fc.assert(
    fc.property(userName, password, token, (user, key, secret) => {
      assert.deepEqual(parse(formatRequest(user, key, secret)), { user, password: key, token: secret });
    }),
  );
});

test('any numeric reference stands for its character', () => {
  fc.assert(
    fc.property(userName, fc.boolean(), (user, hex) => {
      const escaped = Array.from(user, (character) => {
        const code = character.codePointAt(0) ?? 0;
        return hex ? `&#x${code.toString(16)};` : `&#${code};`;
      }).join('');
      const request = formatRequest('USER', 'key', 'token').replace('USER<', `${escaped}<`);
      assert.equal(parse(request)?.user, user);
    }),
  );
});

test('no text but a request is one, and nothing else is thrown', () => {
  const piece = fc.constantFrom(
    '<AUTHN>',
    '</AUTHN>',
    '<USERNAME>',
    '</USERNAME>',
    '<USERNAME/>',
    '<PASSWORD>',
    '</PASSWORD>',
    '<SECRET>',
    '</SECRET>',
    '<!DOCTYPE AUTHN>',
    '<?xml version="1.0"?>',
    '&amp;',
    '&#10;',
    '&',
    '<',
    '>',
    ' ',
    '\n',
    '\0',
    'dann1',
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    'é',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 30 }), (pieces) => {
      const read = parse(pieces.join(''));
      if (read !== undefined) assert.ok(isUserName(read.user) && read.token !== '');
    }),
    { numRuns: 2000 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void parse(bytes)));
});

test('a byte changed in a request never makes another user of it', () => {
  const bytes = readFileSync(repositoryPath('test/auth-biscuit/testcases/seed/input.xml'));
  for (let at = 0; at < bytes.length; at += 1) {
    for (const byte of [0, 10, 0x22, 0x26, 0x3c, 0x3e, 0x41, 0xff]) {
      const changed = Buffer.from(bytes);
      changed[at] = byte;
      const read = parse(changed);
      const inName = at >= bytes.indexOf('dann1') && at < bytes.indexOf('dann1') + 5;
      if (read !== undefined && !inName) assert.equal(read.user, 'dann1');
    }
  }
});

test('limits of length', () => {
  assert.ok(parse(formatRequest('dann1', 'key', 'x'.repeat(longestToken))));
  assert.equal(parse(formatRequest('dann1', 'key', 'x'.repeat(longestToken + 1))), undefined);
  assert.equal(parse(' '.repeat(longestRequest) + formatRequest('dann1', 'key', 'x')), undefined);
});
