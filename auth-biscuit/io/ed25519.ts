/** Keys of Ed25519 as tokens hold them: 32 bytes each. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import type { Signer } from '../signatures.ts';

const bytesOf = (key: KeyObject, half: 'x' | 'd'): Uint8Array =>
  Buffer.from(key.export({ format: 'jwk' })[half] ?? '', 'base64url');

const signerWith = (privateKey: KeyObject): Signer => ({
  publicKey: bytesOf(createPublicKey(privateKey), 'x'),
  privateKey: bytesOf(privateKey, 'd'),
  sign: (content) => sign(null, content, privateKey),
});

/** A new pair of keys. */
export const createSigner = (): Signer => signerWith(generateKeyPairSync('ed25519').privateKey);

/** What stands before the 32 bytes of a private key in PKCS #8, https://www.rfc-editor.org/rfc/rfc8410#section-7 */
const pkcs8Head = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Fails with an Error where the bytes are no private key. */
export const signerOf = (privateKey: Uint8Array): Signer =>
  signerWith(createPrivateKey({ key: Buffer.concat([pkcs8Head, privateKey]), format: 'der', type: 'pkcs8' }));

export const verifies = (publicKey: Uint8Array, content: Uint8Array, signature: Uint8Array): boolean => {
  const key = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') };
  return verify(null, content, createPublicKey({ key, format: 'jwk' }), signature);
};
