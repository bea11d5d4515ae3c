/**
 * One HTTP exchange, plain or over TLS, with named limits, whose body is handed over piece by piece.
 *
 * Redirects are not followed, no proxy is asked, and the promise settles exactly once: with the number of bytes
 * of the body, or with one of the failures below. Whatever throws on the way is a failure of this exchange.
 */
import type { LookupFunction } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { reasonOf } from '../errors/oneext-error.ts';
import { credentialsOf } from '../http/http-url.ts';
import { createResponseReader, MalformedResponse } from '../http/response-reader.ts';
import { explainUntrusted } from '../http/untrusted-certificate.ts';
import { type Connection, openConnection } from './connections.ts';
import type { ProcessorMeter } from './processor-meter.ts';
import { createRests } from './rests.ts';

export type DownloadFailureKind =
  | 'bad-url'
  | 'connection'
  | 'timeout'
  | 'http-status'
  | 'truncated'
  | 'too-large'
  | 'too-costly'
  | 'aborted';

export class DownloadFailure extends Error {
  readonly kind: DownloadFailureKind;
  /** HTTP status, or bytes read, where that says more. */
  readonly amount: number;
  /** For `timeout`: which limit was met. */
  readonly timeoutName: string;

  constructor(kind: DownloadFailureKind, message: string, amount = 0, timeoutName = '', cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'DownloadFailure';
    this.kind = kind;
    this.amount = amount;
    this.timeoutName = timeoutName;
  }
}

export interface DownloadRequest {
  readonly url: URL;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** From the start to an established connection. */
  readonly connectTimeoutMs: number;
  /** From the start to the last byte. */
  readonly totalTimeoutMs: number;
  /** Of the whole answer as it comes: head, interim answers and the framing of chunks count. */
  readonly mostBytes: number;
  /** Counts how long the answer keeps the processor busy, which it may up to a limit. */
  readonly processor?: { readonly meter: ProcessorMeter; readonly mostMs: number };
  readonly signal?: AbortSignal;
  /** Keep the connection for the next exchange with the same server, and use one that was kept. */
  readonly keepsConnection?: boolean;
  /** How the host's name is looked up; the system's way otherwise. */
  readonly lookup?: LookupFunction;
  /** Is given a piece of the body, valid during the call only. */
  readonly onChunk: (chunk: Buffer) => void;
}

/** Fails with `bad-url`. */
const formatRequest = ({
  url,
  method = 'GET',
  headers = {},
  body,
  keepsConnection,
}: DownloadRequest): string => {
  const credentials = credentialsOf(url);
  if (credentials === undefined)
    throw new DownloadFailure('bad-url', 'the user or the password in the URL cannot be decoded');
  const all = {
    Host: url.host,
    ...(credentials === ':' ? {} : { Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
    ...headers,
    Connection: keepsConnection === true ? 'keep-alive' : 'close',
    ...(body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`;
};

/** Several addresses that were all tried make one error without a message of its own. */
const messageOf = (cause: Error): string =>
  cause instanceof AggregateError ? cause.errors.map(reasonOf).join('; ') : explainUntrusted(cause);

const asFailure = (thrown: unknown): unknown =>
  thrown instanceof Error && 'code' in thrown
    ? new DownloadFailure('connection', messageOf(thrown), 0, '', thrown)
    : thrown;

/** Answers that have cost this much let everything else come between their pieces, and then rest in between. */
const yieldsFromMs = 20;
const restsFromMs = 60;
const rest = createRests();

/** A request whose text is known: nothing that its sender wrote can fail any more. */
const exchange = (request: DownloadRequest, text: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const { url, connectTimeoutMs, totalTimeoutMs, mostBytes, signal, onChunk, lookup, processor } = request;
    let connection: Connection | undefined;
    let wireBytes = 0;
    let bytes = 0;
    let settled = false;

    const finish = (failure?: unknown, keeps = false): void => {
      if (settled) return;
      settled = true;
      clearTimeout(connectTimer);
      clearTimeout(totalTimer);
      signal?.removeEventListener('abort', onAbort);
      if (keeps) connection?.keep();
      else connection?.socket.destroy();
      if (failure === undefined) resolve(bytes);
      else reject(failure);
    };
    const onTimeout = (name: string, limitMs: number): void =>
      finish(new DownloadFailure('timeout', `no answer within ${name}=${limitMs} ms`, limitMs, name));
    const onAbort = (): void => finish(new DownloadFailure('aborted', 'the download was aborted'));

    const connectTimer = setTimeout(onTimeout, connectTimeoutMs, 'connectTimeout', connectTimeoutMs);
    const totalTimer = setTimeout(onTimeout, totalTimeoutMs, 'totalTimeout', totalTimeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });

    const countWire = (length: number): void => {
      wireBytes += length;
      if (wireBytes <= mostBytes) return;
      throw new DownloadFailure('too-large', `the answer is larger than ${mostBytes} bytes`, wireBytes);
    };
    /** How long it kept the processor busy. */
    const measure = (task: () => void): number => {
      if (processor === undefined) {
        task();
        return 0;
      }
      const before = processor.meter.usedMs();
      processor.meter.measure(task);
      return processor.meter.usedMs() - before;
    };
    const readOnAfter = async ({ socket }: Connection, costMs: number): Promise<void> => {
      const usedMs = processor?.meter.usedMs() ?? 0;
      if (processor !== undefined && usedMs > processor.mostMs) {
        const message = `reading the answer took more than ${processor.mostMs} ms of processor time`;
        return finish(new DownloadFailure('too-costly', message, wireBytes));
      }
      if (usedMs < yieldsFromMs) return;
      socket.pause();
      await (usedMs < restsFromMs ? nextTurn() : rest(costMs));
      if (!settled) socket.resume();
    };
    const onBody = (chunk: Buffer): void => {
      bytes += chunk.length;
      onChunk(chunk);
    };

    const attempt = (takesKept: boolean): void => {
      let answered = false;
      const reader = createResponseReader({
        head({ status }) {
          answered = true;
          if (status < 200 || status > 299) {
            throw new DownloadFailure('http-status', `HTTP status ${status}`, status);
          }
        },
        body: onBody,
      });
      const failureOf = (cause: Error | undefined): DownloadFailure =>
        answered
          ? new DownloadFailure('truncated', `the answer was cut off after ${bytes} bytes`, bytes, '', cause)
          : new DownloadFailure(
              'connection',
              cause === undefined ? 'the connection was closed without an answer' : messageOf(cause),
              0,
              '',
              cause,
            );
      const opened = openConnection(
        { url, takesKept, lookup },
        {
          onBytes(piece) {
            if (settled) return;
            try {
              countWire(piece.length);
              const costMs = measure(() => reader.push(piece));
              if (reader.isComplete(false))
                finish(undefined, request.keepsConnection === true && reader.keepsConnection());
              else void readOnAfter(opened, costMs);
            } catch (thrown) {
              finish(thrown instanceof MalformedResponse ? failureOf(thrown) : thrown);
            }
          },
          onEnd(cause) {
            if (settled || opened !== connection) return;
            if (cause === undefined && reader.isComplete(true)) finish();
            // One that was kept may have been closed meanwhile by the other side: that says nothing yet.
            else if (opened.isReused && !answered) {
              opened.socket.destroy();
              begin(false);
            } else finish(failureOf(cause));
          },
        },
      );
      connection = opened;
      if (opened.isReused) clearTimeout(connectTimer);
      else {
        const connected = url.protocol === 'https:' ? 'secureConnect' : 'connect';
        opened.socket.once(connected, () => clearTimeout(connectTimer));
      }
      opened.socket.write(text);
    };
    const begin = (takesKept: boolean): void => {
      try {
        attempt(takesKept);
      } catch (thrown) {
        finish(asFailure(thrown));
      }
    };
    begin(request.keepsConnection === true);
  });

export const download = async (request: DownloadRequest): Promise<number> => {
  const text = formatRequest(request);
  if (request.signal?.aborted === true) throw new DownloadFailure('aborted', 'the download was aborted');
  return exchange(request, text);
};
