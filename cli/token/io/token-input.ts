/** A token from a file or stdin, and the public key to verify it with. */

import { readFileSync } from 'node:fs';
import { authError } from '../../../auth-biscuit/errors.ts';
import { type PublicKey, parsePublicKeys } from '../../../auth-biscuit/public-keys.ts';
import { longestToken } from '../../../auth-biscuit/request.ts';
import { type OneExtError, reasonOf } from '../../../lib/errors/oneext-error.ts';
import { type Given, textOf, usageError, type VerbOption } from '../../command.ts';

export const publicKeyOption: VerbOption = {
  form: 'KEY',
  help: 'the public key, 64 hex digits, with which the signature must verify',
};

export const readPublicKey = (given: Given): PublicKey | undefined => {
  const text = textOf(given, 'public-key');
  if (text === undefined) return undefined;
  try {
    return parsePublicKeys(text)[0];
  } catch {
    throw usageError(
      `--public-key ${JSON.stringify(text)} is not 64 hex digits, with or without ed25519/ before them`,
    );
  }
};

const unreadable = (detail: string, cause?: unknown): OneExtError =>
  authError('TOKEN_UNREADABLE', { detail }, cause);

/** Fails with TOKEN_UNREADABLE; what an operand that is no file holds is not shown: it may be a token. */
export const readTokenText = (given: Given): string => {
  const [file = '-'] = given.operands;
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8').trim();
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : reasonOf(thrown);
    throw unreadable(`its file cannot be read (${code}); tokens are given as a file or on stdin`, thrown);
  }
  if (text === '') throw unreadable('there is none on stdin or in the file');
  if (text.length > longestToken) throw unreadable(`it is longer than ${longestToken} characters`);
  if (!/^[\w-]+={0,2}$/.test(text)) throw unreadable('it is not base64url');
  return text;
};
