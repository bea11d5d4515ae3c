/**
 * Bodies of answers on their way to clients: zipped once for all that get the same one, written piece by piece, and
 * given up where a client is too slow. So slow clients cost the memory of a few pages, however many they are.
 */
import type { ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';

export interface WebBodies {
  zip(body: Buffer): Promise<Buffer>;
  /** After the head; the response ends, or is destroyed. */
  write(response: ServerResponse, body: Buffer): void;
}

const gzipAsync = promisify(gzip);
/** A small page is zipped well, at a cost that nobody notices; a large one is zipped fast. */
const wellZippedBytes = 256 * 1024;
const levelOf = (body: Buffer): number =>
  body.length <= wellZippedBytes ? constants.Z_DEFAULT_COMPRESSION : constants.Z_BEST_SPEED;
/** From the first byte of an answer to its last. */
export const writeTimeoutMs = 30_000;
/** What answers that are not yet written may hold in memory, besides the newest. */
export const mostHeldBytes = 16 * 1024 * 1024;
/** Over TLS, this much is held a second time, in cipher. */
const pieceBytes = 64 * 1024;

const writeFrom = (response: ServerResponse, body: Buffer, from: number): void => {
  for (let at = from; at < body.length; at += pieceBytes) {
    const isTaken = response.write(body.subarray(at, at + pieceBytes));
    if (!isTaken) return void response.once('drain', () => writeFrom(response, body, at + pieceBytes));
  }
  response.end();
};

export const createWebBodies = (): WebBodies => {
  const zipped = new WeakMap<Buffer, Promise<Buffer>>();
  /** Who is being written what, the oldest body first. */
  const readers = new Map<Buffer, Set<ServerResponse>>();
  let heldBytes = 0;

  const hold = (response: ServerResponse, body: Buffer): void => {
    const others = readers.get(body) ?? new Set();
    if (others.size === 0) {
      readers.set(body, others);
      heldBytes += body.length;
    }
    others.add(response);
    response.once('close', () => {
      others.delete(response);
      if (others.size > 0) return;
      readers.delete(body);
      heldBytes -= body.length;
    });
  };

  const dropSlowest = (newest: Buffer): void => {
    let excess = heldBytes - newest.length - mostHeldBytes;
    for (const [body, responses] of readers) {
      if (excess <= 0) return;
      if (body === newest) continue;
      excess -= body.length;
      for (const response of responses) response.destroy();
    }
  };

  return {
    zip(body) {
      const known = zipped.get(body) ?? gzipAsync(body, { level: levelOf(body) });
      zipped.set(body, known);
      return known;
    },
    write(response, body) {
      if (response.destroyed) return;
      hold(response, body);
      dropSlowest(body);
      const timer = setTimeout(() => response.destroy(), writeTimeoutMs);
      response.once('close', () => clearTimeout(timer));
      writeFrom(response, body, 0);
    },
  };
};
