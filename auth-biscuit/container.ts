/**
 * The outermost layer of a token, as far as is needed to read one whose public key is not at hand.
 *
 * Protocol buffers, https://github.com/eclipse-biscuit/biscuit/blob/main/schema.proto: a Biscuit has its
 * authority block (2), further blocks (3) and a proof (4: the next private key (1), or the seal (2)); a
 * signed block has content (1), next key (2), signature (3) and the version of the signature (5); a key has
 * an algorithm (1, 0 is Ed25519) and bytes (2).
 */

/** A field's value: bytes with where they stand, or a number. */
interface Field {
  readonly number: number;
  readonly amount: number;
  readonly bytes: Uint8Array;
  /** Where `bytes` begins. */
  readonly at: number;
}

export interface Authority {
  readonly content: Uint8Array;
  readonly nextKeyAlgorithm: number;
  readonly nextKey: Uint8Array;
  readonly signature: Uint8Array;
  /** Where the signature stands in the token. */
  readonly signatureAt: number;
  readonly signatureVersion: number;
}

export interface Container {
  readonly authority: Authority;
  /** The further blocks: their signatures, and how those were made. */
  readonly blocks: readonly { readonly signature: Uint8Array; readonly signatureVersion: number }[];
  readonly sealed: boolean;
}

const readNumber = (bytes: Uint8Array, from: number): { readonly value: number; readonly end: number } => {
  let value = 0;
  for (let at = from; at < bytes.length && at < from + 5; at += 1) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * (at - from));
    if (byte < 0x80) return { value, end: at + 1 };
  }
  throw new Error('it is not a token');
};

const readFields = (bytes: Uint8Array, base: number): readonly Field[] => {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { value: tag, end } = readNumber(bytes, at);
    const { value: amount, end: valueAt } = readNumber(bytes, end);
    const isBytes = (tag & 7) === 2;
    if ((!isBytes && (tag & 7) !== 0) || (isBytes && valueAt + amount > bytes.length))
      throw new Error('it is not a token');
    at = isBytes ? valueAt + amount : valueAt;
    fields.push({
      number: tag >>> 3,
      amount,
      bytes: bytes.subarray(valueAt, isBytes ? at : valueAt),
      at: base + valueAt,
    });
  }
  return fields;
};

const required = (fields: readonly Field[], number: number): Field => {
  const field = fields.find((one) => one.number === number);
  if (field === undefined) throw new Error('it is not a token');
  return field;
};

const versionOf = (fields: readonly Field[]): number => fields.find((one) => one.number === 5)?.amount ?? 0;

/** Fails with an Error where the bytes are no token. */
export const readContainer = (token: Uint8Array): Container => {
  const fields = readFields(token, 0);
  const authority = required(fields, 2);
  const parts = readFields(authority.bytes, authority.at);
  const nextKey = readFields(required(parts, 2).bytes, 0);
  const signature = required(parts, 3);
  return {
    authority: {
      content: required(parts, 1).bytes,
      nextKeyAlgorithm: required(nextKey, 1).amount,
      nextKey: required(nextKey, 2).bytes,
      signature: signature.bytes,
      signatureAt: signature.at,
      signatureVersion: versionOf(parts),
    },
    blocks: fields
      .filter(({ number }) => number === 3)
      .map(({ bytes }) => readFields(bytes, 0))
      .map((block) => ({ signature: required(block, 3).bytes, signatureVersion: versionOf(block) })),
    sealed: readFields(required(fields, 4).bytes, 0).some(({ number }) => number === 2),
  };
};

/** The id by which each block is revoked, in hex: its signature. The authority block first. */
export const revocationIdsOf = ({ authority, blocks }: Container): readonly string[] =>
  [authority, ...blocks].map(({ signature }) => Buffer.from(signature).toString('hex'));

const littleEndian = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
};

/** What the signature of an authority block signs. */
export const signedContent = (authority: Authority): Uint8Array => {
  const { content, nextKeyAlgorithm, nextKey, signatureVersion } = authority;
  const algorithm = littleEndian(nextKeyAlgorithm);
  if (signatureVersion === 0) return Buffer.concat([content, algorithm, nextKey]);
  const text = (value: string): Uint8Array => Buffer.from(value, 'latin1');
  return Buffer.concat([
    text('\0BLOCK\0\0VERSION\0'),
    littleEndian(signatureVersion),
    text('\0PAYLOAD\0'),
    content,
    text('\0ALGORITHM\0'),
    algorithm,
    text('\0NEXTKEY\0'),
    nextKey,
  ]);
};

/** The token with another signature of its authority block, which must be as long as its own. */
export const replaceSignature = (token: Uint8Array, signature: Uint8Array): Uint8Array => {
  const { authority } = readContainer(token);
  if (signature.length !== authority.signature.length) throw new Error('it is not signed with Ed25519');
  const copy = Uint8Array.from(token);
  copy.set(signature, authority.signatureAt);
  return copy;
};
