/**
 * The outermost layer of a token, which is needed where its public key is not at hand.
 *
 * Protocol buffers, https://github.com/eclipse-biscuit/biscuit/blob/main/schema.proto: a Biscuit has the id of
 * its root key (1), its authority block (2), further blocks (3) and a proof (4: the next private key (1), or
 * the seal (2)); a signed block has content (1), next key (2), signature (3), the signature and key of a third
 * party (4) and the version of the signature (5); a key has an algorithm (1, 0 is Ed25519) and bytes (2).
 *
 * A token is read in one encoding alone, the one in which the library writes it. Protocol buffers allow many:
 * fields twice, unknown ones, in any order. In those two readers may find two different signatures, and a
 * block's signature is the id by which it is revoked.
 */
import { type Field, formatFields, readFields } from './protocol-buffers.ts';

export interface Key {
  /** 0 is Ed25519. */
  readonly algorithm: number;
  readonly bytes: Uint8Array;
}

export interface SignedBlock {
  readonly content: Uint8Array;
  /** Verifies the next block. */
  readonly nextKey: Key;
  readonly signature: Uint8Array;
  readonly thirdParty: { readonly signature: Uint8Array; readonly key: Key } | undefined;
  readonly version: number;
}

export interface Container {
  readonly rootKeyId: number | undefined;
  /** The authority block first. */
  readonly blocks: readonly [SignedBlock, ...SignedBlock[]];
  /** The private half of the last next key, or the seal. */
  readonly proof: { readonly sealed: boolean; readonly bytes: Uint8Array };
}

const bytesOf = (fields: readonly Field[], number: number): Uint8Array => {
  const value = fields.find((field) => field.number === number)?.value;
  if (value === undefined || typeof value === 'number') throw new Error('it is not a token');
  return value;
};

const numberOf = (fields: readonly Field[], number: number): number | undefined => {
  const value = fields.find((field) => field.number === number)?.value;
  return typeof value === 'number' ? value : undefined;
};

const parseKey = (bytes: Uint8Array): Key => {
  const fields = readFields(bytes);
  return { algorithm: numberOf(fields, 1) ?? 0, bytes: bytesOf(fields, 2) };
};

const parseThirdParty = (bytes: Uint8Array): SignedBlock['thirdParty'] => {
  const fields = readFields(bytes);
  return { signature: bytesOf(fields, 1), key: parseKey(bytesOf(fields, 2)) };
};

const parseBlock = (bytes: Uint8Array): SignedBlock => {
  const fields = readFields(bytes);
  return {
    content: bytesOf(fields, 1),
    nextKey: parseKey(bytesOf(fields, 2)),
    signature: bytesOf(fields, 3),
    thirdParty: fields.some(({ number }) => number === 4) ? parseThirdParty(bytesOf(fields, 4)) : undefined,
    version: numberOf(fields, 5) ?? 0,
  };
};

const parseFields = (bytes: Uint8Array): Container => {
  const fields = readFields(bytes);
  const proof = readFields(bytesOf(fields, 4));
  const sealed = proof.some(({ number }) => number === 2);
  const further = fields.filter(({ number }) => number === 3);
  return {
    rootKeyId: numberOf(fields, 1),
    blocks: [parseBlock(bytesOf(fields, 2)), ...further.map((field) => parseBlock(bytesOf([field], 3)))],
    proof: { sealed, bytes: bytesOf(proof, sealed ? 2 : 1) },
  };
};

const formatKey = ({ algorithm, bytes }: Key): Uint8Array =>
  formatFields([
    { number: 1, value: algorithm },
    { number: 2, value: bytes },
  ]);

const formatBlock = ({ content, nextKey, signature, thirdParty, version }: SignedBlock): Uint8Array =>
  formatFields([
    { number: 1, value: content },
    { number: 2, value: formatKey(nextKey) },
    { number: 3, value: signature },
    {
      number: 4,
      value:
        thirdParty &&
        formatFields([
          { number: 1, value: thirdParty.signature },
          { number: 2, value: formatKey(thirdParty.key) },
        ]),
    },
    { number: 5, value: version === 0 ? undefined : version },
  ]);

/** The token, as the library writes it. */
export const formatContainer = ({ rootKeyId, blocks, proof }: Container): Uint8Array =>
  formatFields([
    { number: 1, value: rootKeyId },
    ...blocks.map((block, index) => ({ number: index === 0 ? 2 : 3, value: formatBlock(block) })),
    { number: 4, value: formatFields([{ number: proof.sealed ? 2 : 1, value: proof.bytes }]) },
  ]);

/** Fails with an Error where the bytes are no token, or not in the encoding in which the library writes it. */
export const parseContainer = (token: Uint8Array): Container => {
  const container = parseFields(token);
  if (!Buffer.from(token).equals(formatContainer(container)))
    throw new Error('it is not encoded as Biscuit libraries write it, and no login accepts it');
  return container;
};

/** The id by which each block is revoked, in hex: its signature. The authority block first. */
export const revocationIdsOf = ({ blocks }: Container): readonly string[] =>
  blocks.map(({ signature }) => Buffer.from(signature).toString('hex'));

/** The token's text, base64url as the library writes it; white space and `=` at its end may be missing. */
export const formatToken = (container: Container): string =>
  Buffer.from(formatContainer(container)).toString('base64').replaceAll('+', '-').replaceAll('/', '_');

/** Fails with an Error as `parseContainer` does, and where the text is another one for the same bytes. */
export const parseToken = (text: string): Container => {
  const container = parseContainer(Buffer.from(text, 'base64url'));
  const written = formatToken(container);
  if (text !== written && text !== written.replace(/=+$/, '')) throw new Error('it is not base64url');
  return container;
};
