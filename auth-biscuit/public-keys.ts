/**
 * The public keys of a user: the field PASSWORD in OpenNebula, 64 hex digits each, with or without
 * `ed25519/`, commas between several while keys are rotated.
 *
 * Ed25519 only: with secp256r1 somebody else's valid signature can be turned into another valid one, and with
 * it the revocation id changes. Fails with AUTH_KEY_INVALID.
 */
import type { OneExtError } from '../lib/errors/oneext-error.ts';
import { authError } from './errors.ts';

/** 64 hex digits in lower case. */
export type PublicKey = string & { readonly publicKey: unique symbol };

const mostKeys = 8;

/** Why a text is no public key of Ed25519; `undefined` if it is one. */
const problemOf = (text: string): string | undefined => {
  if (text === '') return 'it is empty';
  if (/^secp256r1\//i.test(text))
    return 'secp256r1 signatures are malleable: only keys of Ed25519 are accepted';
  return /^(?:ed25519\/)?[0-9a-f]{64}$/i.test(text)
    ? undefined
    : 'it is not 64 hex digits, with or without ed25519/ before them';
};

export const parsePublicKeys = (field: string): readonly PublicKey[] => {
  const invalid = (detail: string): OneExtError => authError('AUTH_KEY_INVALID', { detail });
  if (field === '' || field === '-') throw invalid('there is none');
  const texts = field.split(',');
  if (texts.length > mostKeys) throw invalid(`there are ${texts.length} keys, more than ${mostKeys}`);
  return texts.map((text, index) => {
    const problem = problemOf(text);
    if (problem !== undefined) throw invalid(`key ${index + 1} of ${texts.length}: ${problem}`);
    return text.slice(-64).toLowerCase() as PublicKey;
  });
};
