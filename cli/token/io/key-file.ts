/** Files with private keys: `ed25519-private/` and 64 hex digits, as the biscuit command line tool writes them. */

import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type OneExtError, reasonOf } from '../../../lib/errors/oneext-error.ts';
import { cliError } from '../../errors.ts';

const unusable = (file: string, detail: string, cause?: unknown): OneExtError =>
  cliError('PRIVATE_KEY_UNUSABLE', { file, detail }, cause);

/** Readable by its owner alone; fails with PRIVATE_KEY_UNUSABLE if the file exists. */
export const writePrivateKey = (file: string, privateKey: string): void => {
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, `${privateKey}\n`, { mode: 0o600, flag: 'wx' });
  } catch (thrown) {
    throw unusable(file, reasonOf(thrown), thrown);
  }
};

/** The 64 hex digits; fails with PRIVATE_KEY_UNUSABLE, also if others may read the file. */
export const readPrivateKey = (file: string): string => {
  let text: string;
  let mode: number;
  try {
    const descriptor = openSync(file, 'r');
    try {
      mode = fstatSync(descriptor).mode;
      text = readFileSync(descriptor, 'latin1').trim();
    } finally {
      closeSync(descriptor);
    }
  } catch (thrown) {
    throw unusable(file, reasonOf(thrown), thrown);
  }
  if ((mode & 0o077) !== 0)
    throw unusable(file, `others may read it (mode ${(mode & 0o777).toString(8)}): chmod 600`);
  const hex = /^(?:ed25519-private\/|ed25519\/)?([0-9a-f]{64})$/i.exec(text)?.[1];
  if (hex === undefined) throw unusable(file, 'it is not ed25519-private/ and 64 hex digits');
  return hex.toLowerCase();
};
