/** Reads small files of /proc and /sys: with few system calls, and without a thread for each. */
import { closeSync, openSync, readSync } from 'node:fs';

/** Files of /proc and /sys are made for one reading call; command lines may be long, and begin with what is wanted. */
const buffer = Buffer.allocUnsafe(128 * 1024);

/** Fails as the system does. */
export const readText = (path: string): string => {
  const file = openSync(path, 'r');
  try {
    return buffer.toString('utf8', 0, readSync(file, buffer, 0, buffer.length, null));
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
