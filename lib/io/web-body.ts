/**
 * Bodies of answers on their way to clients: zipped once for all that get the same one, written piece by piece, and
 * given up where a client is too slow. So slow clients cost the memory of a few pages, however many they are.
 */
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { constants, createGzip } from 'node:zlib';

/** Whole, or in pieces. */
export type WebBody = Buffer | readonly Buffer[];

export interface WebBodies {
  zip(body: WebBody): Promise<Buffer>;
  /** After the head; the response ends, or is destroyed. */
  write(response: ServerResponse, body: WebBody): void;
}

const partsOf = (body: WebBody): readonly Buffer[] => (Buffer.isBuffer(body) ? [body] : body);

/** In bytes. */
export const lengthOf = (body: WebBody): number => partsOf(body).reduce((sum, { length }) => sum + length, 0);

/** A small page is zipped well, at a cost that nobody notices; a large one is zipped fast. */
const wellZippedBytes = 256 * 1024;
const levelOf = (body: WebBody): number =>
  lengthOf(body) <= wellZippedBytes ? constants.Z_DEFAULT_COMPRESSION : constants.Z_BEST_SPEED;
/** From the first byte of an answer to its last. */
export const writeTimeoutMs = 30_000;
/** What answers that are not yet written may hold in memory, besides the newest. */
export const mostHeldBytes = 8 * 1024 * 1024;
/** Over TLS, this much is held a second time, in cipher. */
const pieceBytes = 64 * 1024;

function* piecesOf(body: WebBody): Generator<Buffer, undefined> {
  for (const part of partsOf(body))
    for (let at = 0; at < part.length; at += pieceBytes) yield part.subarray(at, at + pieceBytes);
}

const writeRest = (response: ServerResponse, pieces: Iterator<Buffer, undefined>): void => {
  for (let piece = pieces.next().value; piece !== undefined; piece = pieces.next().value) {
    const isTaken = response.write(piece);
    if (!isTaken) return void response.once('drain', () => writeRest(response, pieces));
  }
  response.end();
};

const gzip = (body: WebBody): Promise<Buffer> =>
  buffer(Readable.from(piecesOf(body)).pipe(createGzip({ level: levelOf(body) })));

export const createWebBodies = (): WebBodies => {
  const zipped = new WeakMap<WebBody, Promise<Buffer>>();
  /** Who is being written what, the oldest body first. */
  const readers = new Map<WebBody, Set<ServerResponse>>();
  let heldBytes = 0;

  const hold = (response: ServerResponse, body: WebBody): void => {
    const others = readers.get(body) ?? new Set();
    if (others.size === 0) {
      readers.set(body, others);
      heldBytes += lengthOf(body);
    }
    others.add(response);
    response.once('close', () => {
      others.delete(response);
      if (others.size > 0) return;
      readers.delete(body);
      heldBytes -= lengthOf(body);
    });
  };

  const dropSlowest = (newest: WebBody): void => {
    let excess = heldBytes - lengthOf(newest) - mostHeldBytes;
    for (const [body, responses] of readers) {
      if (excess <= 0) return;
      if (body === newest) continue;
      excess -= lengthOf(body);
      for (const response of responses) response.destroy();
    }
  };

  return {
    zip(body) {
      const known = zipped.get(body) ?? gzip(body);
      zipped.set(body, known);
      return known;
    },
    write(response, body) {
      if (response.destroyed) return;
      hold(response, body);
      dropSlowest(body);
      const timer = setTimeout(() => response.destroy(), writeTimeoutMs);
      response.once('close', () => clearTimeout(timer));
      writeRest(response, piecesOf(body));
    },
  };
};
