/**
 * Makes, attenuates and reads tokens for their owners.
 *
 * The library reads only tokens whose signature it can verify. Where the public key is not at hand, the
 * authority block is signed anew with a key of our own, and its true signature put back afterwards.
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import { commonError } from '../../lib/errors/common-errors.ts';
import { OneExtError, reasonOf } from '../../lib/errors/oneext-error.ts';
import { readContainer, replaceSignature, revocationIdsOf, signedContent } from '../container.ts';
import { authError } from '../errors.ts';
import type { PublicKey } from '../public-keys.ts';
import type { Biscuit, Biscuits, Check, Fact } from './biscuit.ts';

/** What a block says. */
export interface BlockContent {
  readonly user?: string;
  readonly expires?: Date;
  /** Checks in Datalog. */
  readonly checks: readonly string[];
}

export interface Block {
  readonly source: string;
  readonly revocationId: string;
}
export interface TokenContent {
  /** The authority block first. */
  readonly blocks: readonly Block[];
  readonly sealed: boolean;
  readonly verified: boolean;
}

interface BlockBuilder {
  addFact(fact: Fact): void;
  addCheck(check: Check): void;
}

const fillBlock = (
  biscuits: Biscuits,
  builder: BlockBuilder,
  { user, expires, checks }: BlockContent,
): void => {
  if (user !== undefined) {
    const fact = biscuits.Fact.fromString('user({user})');
    fact.set('user', user);
    builder.addFact(fact);
  }
  if (expires !== undefined) {
    const check = biscuits.Check.fromString('check if time($time), $time <= {expires}');
    check.set('expires', { date: expires.toISOString() });
    builder.addCheck(check);
  }
  for (const source of checks) {
    try {
      builder.addCheck(biscuits.Check.fromString(source));
    } catch {
      const problems = `--check ${JSON.stringify(source)} is no check in Datalog, such as: check if operation("login")`;
      throw commonError('USAGE', { problems });
    }
  }
};

/** `ed25519-private/` and 64 hex digits, as the biscuit command line tool writes it, and its public key. */
export const createKeyPair = (
  biscuits: Biscuits,
): { readonly privateKey: string; readonly publicKey: string } => {
  const pair = new biscuits.KeyPair(biscuits.SignatureAlgorithm.Ed25519);
  const hexOf = (text: string): string => text.slice(-64);
  return {
    privateKey: `ed25519-private/${hexOf(pair.getPrivateKey().toString())}`,
    publicKey: hexOf(pair.getPublicKey().toString()),
  };
};

/** @param privateKey 64 hex digits */
export const createToken = (biscuits: Biscuits, privateKey: string, content: BlockContent): string => {
  const builder = new biscuits.BiscuitBuilder();
  fillBlock(biscuits, builder, content);
  return builder.build(biscuits.PrivateKey.fromString(`ed25519-private/${privateKey}`)).toBase64();
};

const unreadable = (detail: string, cause?: unknown): OneExtError =>
  authError('TOKEN_UNREADABLE', { detail }, cause);

const openWithKey = (biscuits: Biscuits, token: string, key: string): Biscuit | undefined => {
  try {
    const { Ed25519 } = biscuits.SignatureAlgorithm;
    return biscuits.Biscuit.fromBase64(token, biscuits.PublicKey.fromString(key, Ed25519));
  } catch {
    return undefined;
  }
};

/** The token with an authority block that we have signed, and our public key. */
const signAnew = (token: Uint8Array): { readonly token: string; readonly key: string } => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const signature = sign(null, signedContent(readContainer(token).authority), privateKey);
  return {
    token: Buffer.from(replaceSignature(token, signature)).toString('base64url'),
    key: Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('hex'),
  };
};

const open = (biscuits: Biscuits, text: string, key: PublicKey | undefined): Biscuit => {
  if (key !== undefined) {
    const verified = openWithKey(biscuits, text, key);
    if (verified === undefined)
      throw authError('TOKEN_UNVERIFIED', { detail: 'its signature does not verify with the key' });
    return verified;
  }
  try {
    const own = signAnew(Buffer.from(text, 'base64url'));
    const opened = openWithKey(biscuits, own.token, own.key);
    if (opened !== undefined) return opened;
  } catch (thrown) {
    throw unreadable(reasonOf(thrown), thrown);
  }
  throw unreadable('it is damaged, or of a kind that can be read only with --public-key');
};

/** What the library throws while it reads a token, as TOKEN_UNREADABLE. */
const reading = <T>(read: () => T): T => {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof OneExtError) throw thrown;
    throw unreadable(thrown instanceof Error ? reasonOf(thrown) : 'it is damaged', thrown);
  }
};

const readOpened = (biscuits: Biscuits, text: string, key: PublicKey | undefined): TokenContent => {
  const token = open(biscuits, text, key);
  // Not the opened token's ids: its first signature may be ours.
  const container = readContainer(Buffer.from(text, 'base64url'));
  return {
    blocks: revocationIdsOf(container).map((revocationId, index) => ({
      source: token.getBlockSource(index),
      revocationId,
    })),
    sealed: container.sealed,
    verified: key !== undefined,
  };
};

/** Fails with TOKEN_UNREADABLE, with TOKEN_UNVERIFIED if a key is given. */
export const readToken = (biscuits: Biscuits, text: string, key: PublicKey | undefined): TokenContent =>
  reading(() => readOpened(biscuits, text, key));

/** The ids by which the blocks of any token are revoked; fails with TOKEN_UNREADABLE. */
export const readRevocationIds = (text: string): readonly string[] =>
  reading(() => revocationIdsOf(readContainer(Buffer.from(text, 'base64url'))));

/** The token with one more block; fails as `readToken` does. */
export const attenuateToken = (
  biscuits: Biscuits,
  text: string,
  key: PublicKey | undefined,
  content: BlockContent,
): string => {
  const original = reading(() => readContainer(Buffer.from(text, 'base64url')));
  if (original.sealed) throw unreadable('it is sealed: nobody can attenuate it');
  const builder = new biscuits.BlockBuilder();
  fillBlock(biscuits, builder, content);
  const attenuated = open(biscuits, text, key).appendBlock(builder);
  if (key !== undefined) return attenuated.toBase64();
  const bytes = attenuated.toBytes();
  // Signatures of version 1 cover the signature before, which is not the true one here.
  if (readContainer(bytes).blocks[0]?.signatureVersion === 1)
    throw unreadable('its further blocks are signed together with the first: give --public-key');
  return Buffer.from(replaceSignature(bytes, original.authority.signature)).toString('base64url');
};
