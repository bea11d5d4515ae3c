/**
 * Makes, attenuates and reads tokens for their owners.
 *
 * The library reads only tokens whose signatures it can verify, for which it needs the owner's public key. A
 * token's holder has none. So the library reads the same blocks under signatures of our own, and what it
 * adds is signed with the token's own key. docs/adr/0016-read-tokens-without-their-key.md
 */
import { commonError } from '../../lib/errors/common-errors.ts';
import { OneExtError, reasonOf } from '../../lib/errors/oneext-error.ts';
import {
  type Container,
  formatContainer,
  formatToken,
  parseContainer,
  parseToken,
  revocationIdsOf,
} from '../container.ts';
import { authError } from '../errors.ts';
import type { PublicKey } from '../public-keys.ts';
import { signAnew, signedContent } from '../signatures.ts';
import type { Biscuit, Biscuits, Check, Fact } from './biscuit.ts';
import { createSigner, signerOf, verifies } from './ed25519.ts';

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
  /** The key of the third party that has signed it, in hex. */
  readonly thirdParty: string | undefined;
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

/** What the library throws while it reads a token, as TOKEN_UNREADABLE. */
const reading = <T>(read: () => T): T => {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof OneExtError) throw thrown;
    throw unreadable(thrown instanceof Error ? reasonOf(thrown) : 'it is damaged', thrown);
  }
};

/** The library's reading of the token's blocks, under signatures of our own. */
const openSignedAnew = (biscuits: Biscuits, container: Container): Biscuit => {
  const signer = createSigner();
  const { Biscuit: Token, PublicKey: Key, SignatureAlgorithm } = biscuits;
  const key = Key.fromBytes(signer.publicKey, SignatureAlgorithm.Ed25519);
  return Token.fromBytes(formatContainer(signAnew(container, signer)), key);
};

/** What is damaged in a token can be told without the owner's key, but for its authority block. */
const failIfDamaged = ({ blocks }: Container): void => {
  if (blocks.some(({ signature }) => signature.length !== 64))
    throw unreadable('a block of it is not signed with Ed25519, and no login accepts such a token');
  for (const [index, block] of blocks.entries()) {
    const before = blocks[index - 1];
    if (before === undefined || before.nextKey.algorithm !== 0) continue;
    if (!verifies(before.nextKey.bytes, signedContent(block, before.signature), block.signature))
      throw unreadable(`the signature of its block ${index} does not verify`);
  }
};

/** Fails with TOKEN_UNREADABLE, with TOKEN_UNVERIFIED if a key is given. */
const open = (biscuits: Biscuits, text: string, key: PublicKey | undefined): Container => {
  const container = reading(() => parseToken(text));
  if (key !== undefined) {
    try {
      const { Ed25519 } = biscuits.SignatureAlgorithm;
      biscuits.Biscuit.fromBase64(text, biscuits.PublicKey.fromString(key, Ed25519));
    } catch (thrown) {
      const detail = 'its signature does not verify with the key';
      throw authError('TOKEN_UNVERIFIED', { detail }, thrown);
    }
  }
  reading(() => failIfDamaged(container));
  return container;
};

/** Fails as `open` does. */
export const readToken = (biscuits: Biscuits, text: string, key: PublicKey | undefined): TokenContent => {
  const container = open(biscuits, text, key);
  const token = reading(() => openSignedAnew(biscuits, container));
  const ids = revocationIdsOf(container);
  return {
    blocks: container.blocks.map(({ thirdParty }, index) => ({
      source: token.getBlockSource(index),
      revocationId: ids[index] ?? '',
      thirdParty: thirdParty && Buffer.from(thirdParty.key.bytes).toString('hex'),
    })),
    sealed: container.proof.sealed,
    verified: key !== undefined,
  };
};

/** The ids by which the blocks of any token are revoked; fails with TOKEN_UNREADABLE. */
export const readRevocationIds = (text: string): readonly string[] =>
  reading(() => revocationIdsOf(parseToken(text)));

/** The token with one more block; fails as `open` does. */
export const attenuateToken = (
  biscuits: Biscuits,
  text: string,
  key: PublicKey | undefined,
  content: BlockContent,
): string => {
  const container = open(biscuits, text, key);
  if (container.proof.sealed) throw unreadable('it is sealed: nobody can attenuate it');
  const builder = new biscuits.BlockBuilder();
  fillBlock(biscuits, builder, content);
  return reading(() => {
    const appended = openSignedAnew(biscuits, container).appendBlock(builder);
    const { blocks, proof } = parseContainer(appended.toBytes());
    const last = container.blocks.at(-1);
    const added = blocks.at(-1);
    const signer = signerOf(container.proof.bytes);
    if (added === undefined || !Buffer.from(signer.publicKey).equals(last?.nextKey.bytes ?? Buffer.of()))
      throw new Error('its next key is not the one that its last block names');
    const block = { ...added, signature: signer.sign(signedContent(added, last?.signature)) };
    return formatToken({ ...container, blocks: [...container.blocks, block], proof });
  });
};
