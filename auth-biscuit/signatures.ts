/**
 * What the signatures of a token sign, and a token's blocks under keys of our own.
 * https://github.com/eclipse-biscuit/biscuit/blob/main/SPECIFICATIONS.md
 */
import type { Container, SignedBlock } from './container.ts';

const littleEndian = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
};

const text = (value: string): Uint8Array => Buffer.from(value, 'latin1');

export type Unsigned = Omit<SignedBlock, 'signature'>;

/** @param previous the signature of the block before; `undefined` for the authority block */
export const signedContent = (block: Unsigned, previous: Uint8Array | undefined): Uint8Array => {
  const { content, nextKey, thirdParty, version } = block;
  const algorithm = littleEndian(nextKey.algorithm);
  if (version === 0) return Buffer.concat([content, algorithm, nextKey.bytes]);
  if (version !== 1) throw new Error(`its signatures are of version ${version}, and known are 0 and 1`);
  return Buffer.concat([
    text('\0BLOCK\0\0VERSION\0'),
    littleEndian(version),
    text('\0PAYLOAD\0'),
    content,
    text('\0ALGORITHM\0'),
    algorithm,
    text('\0NEXTKEY\0'),
    nextKey.bytes,
    ...(previous === undefined ? [] : [text('\0PREVSIG\0'), previous]),
    ...(thirdParty === undefined ? [] : [text('\0EXTERNALSIG\0'), thirdParty.signature]),
  ]);
};

/** What a third party signs. */
const thirdPartyContent = ({ content, version }: Unsigned, previous: Uint8Array | undefined): Uint8Array =>
  Buffer.concat([
    text('\0EXTERNAL\0\0VERSION\0'),
    littleEndian(version),
    text('\0PAYLOAD\0'),
    content,
    text('\0PREVSIG\0'),
    previous ?? new Uint8Array(),
  ]);

/** A pair of keys of Ed25519: it signs, and these are its halves. */
export interface Signer {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
  sign(content: Uint8Array): Uint8Array;
}

/** The same blocks, each signed by one signer, who stands for the owner and for all third parties. */
export const signAnew = ({ rootKeyId, blocks }: Container, signer: Signer): Container => {
  const key = { algorithm: 0, bytes: signer.publicKey };
  let previous: Uint8Array | undefined;
  const signAgain = (block: SignedBlock): SignedBlock => {
    const thirdParty = block.thirdParty && {
      key,
      signature: signer.sign(thirdPartyContent(block, previous)),
    };
    const unsigned = { ...block, nextKey: key, thirdParty };
    const signature = signer.sign(signedContent(unsigned, previous));
    previous = signature;
    return { ...unsigned, signature };
  };
  const [authority, ...further] = blocks;
  return {
    rootKeyId,
    blocks: [signAgain(authority), ...further.map(signAgain)],
    proof: { sealed: false, bytes: signer.privateKey },
  };
};
