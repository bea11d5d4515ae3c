/**
 * OneGate's token: what oned writes into the context of a VM that has CONTEXT/TOKEN="YES" (VirtualMachineContext.cc,
 * OneGateCloudAuth.rb; the same in 6.10 and 7.4).
 *
 * base64(AES-256-CBC(key: the first 32 characters of TOKEN_PASSWORD, IV: zeros, text: `VMID:STIME`)). It never expires.
 */
import { createCipheriv, timingSafeEqual } from 'node:crypto';

const keyBytes = 32;
const noIv = Buffer.alloc(16);
/** Two blocks in base64 are 44; an id of any length needs three at most. */
const longestToken = 64;

/**
 * @param startTime the VM's STIME, and not that of a history record
 * @returns `undefined` where OneGate makes no key of the password: it is too short, or has letters beyond ASCII
 */
export const makeOneGateToken = (
  vmId: number,
  startTime: string,
  tokenPassword: string,
): string | undefined => {
  const key = Buffer.from([...tokenPassword].slice(0, keyBytes).join(''));
  if (key.length !== keyBytes) return undefined;
  const cipher = createCipheriv('aes-256-cbc', key, noIv);
  return Buffer.concat([cipher.update(`${vmId}:${startTime}`), cipher.final()]).toString('base64');
};

/**
 * Whether a token is the expected one, in the one encoding that oned writes; how long that takes does not tell how
 * much of it is right. The newline at the end of token.txt may be there.
 */
export const isToken = (given: string, expected: string): boolean => {
  const bytes = Buffer.from(given.replace(/\r?\n$/, '').slice(0, longestToken + 1));
  const wanted = Buffer.from(expected);
  return bytes.length === wanted.length && timingSafeEqual(bytes, wanted);
};
