/** Reads small files of /proc and /sys: with few system calls, and without a thread for each. */
import { closeSync, openSync, readSync } from 'node:fs';

/** Files of /proc and /sys are made for one reading call; command lines may be long, and begin with what is wanted. */
const buffer = Buffer.allocUnsafe(128 * 1024);

/** Of a file that is open, from its beginning on. Fails as the system does. */
export const readOpenText = (file: number): string =>
  buffer.toString('utf8', 0, readSync(file, buffer, 0, buffer.length, 0));

/** Fails as the system does. */
export const readText = (path: string): string => {
  const file = openSync(path, 'r');
  try {
    return readOpenText(file);
  } finally {
    closeSync(file);
  }
};

/** `undefined` where it cannot be read, for whatever reason: processes end at any moment. */
export const tryReadText = (path: string): string | undefined => {
  try {
    return readText(path);
  } catch {
    return undefined;
  }
};
