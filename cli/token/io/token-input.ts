/** A token from a file or stdin. */

import { readFileSync } from 'node:fs';
import { authError } from '../../../auth-biscuit/errors.ts';
import { longestToken } from '../../../auth-biscuit/request.ts';
import { type OneExtError, reasonOf } from '../../../lib/errors/oneext-error.ts';

const unreadable = (detail: string, cause?: unknown): OneExtError =>
  authError('TOKEN_UNREADABLE', { detail }, cause);

/** Fails with TOKEN_UNREADABLE; what an operand that is no file holds is not shown: it may be a token. */
export const readTokenText = ([file = '-']: readonly string[]): string => {
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
