/**
 * One HTTP exchange over node:http or node:https with named limits, whose body is handed over piece by piece.
 *
 * Redirects are not followed, no proxy is asked, and the promise settles exactly once: with the number of
 * bytes read, or with one of the failures below.
 */
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';

export type DownloadFailureKind =
  | 'connection'
  | 'timeout'
  | 'http-status'
  | 'truncated'
  | 'too-large'
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
  readonly mostBytes: number;
  readonly signal?: AbortSignal;
  /** Keep the connection for the next exchange with the same server, and use one that was kept. */
  readonly keepsConnection?: boolean;
  /** How the host's name is looked up; the system's way otherwise. */
  readonly lookup?: LookupFunction;
  readonly onChunk: (chunk: Buffer) => void;
  readonly onHeaders?: (headers: http.IncomingHttpHeaders) => void;
}

/** Longer than two scrapes of Prometheus stand apart. */
const keptForMs = 150_000;
/** For each server; hosts may stand behind one proxy. */
const mostKept = 1024;

const closing = { plain: new http.Agent(), secure: new https.Agent() };
const keepOptions = { keepAlive: true, maxFreeSockets: mostKept, timeout: keptForMs };
const keeping = { plain: new http.Agent(keepOptions), secure: new https.Agent(keepOptions) };

const openExchange = (request: DownloadRequest, keeps: boolean): http.ClientRequest => {
  const { url, body, lookup } = request;
  const secure = url.protocol === 'https:';
  const agents = keeps ? keeping : closing;
  return (secure ? https : http)
    .request(url, {
      method: request.method ?? 'GET',
      agent: secure ? agents.secure : agents.plain,
      ...(lookup === undefined ? {} : { lookup }),
      headers: {
        ...request.headers,
        Connection: keeps ? 'keep-alive' : 'close',
        ...(body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
      },
    })
    .end(body);
};

export const download = (request: DownloadRequest): Promise<number> =>
  new Promise((resolve, reject) => {
    const { url, connectTimeoutMs, totalTimeoutMs, mostBytes, signal, onChunk } = request;
    let bytes = 0;
    let settled = false;

    if (signal?.aborted === true) {
      reject(new DownloadFailure('aborted', 'the download was aborted'));
      return;
    }
    const finish = (failure?: unknown): void => {
      if (settled) return;
      settled = true;
      clearTimeout(connectTimer);
      clearTimeout(totalTimer);
      signal?.removeEventListener('abort', onAbort);
      if (failure === undefined) resolve(bytes);
      else {
        outgoing.destroy();
        reject(failure);
      }
    };
    const onTimeout = (name: string, limitMs: number): void =>
      finish(new DownloadFailure('timeout', `no answer within ${name}=${limitMs} ms`, limitMs, name));
    const onAbort = (): void => finish(new DownloadFailure('aborted', 'the download was aborted'));

    const connectTimer = setTimeout(onTimeout, connectTimeoutMs, 'connectTimeout', connectTimeoutMs);
    const totalTimer = setTimeout(onTimeout, totalTimeoutMs, 'totalTimeout', totalTimeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });

    const onResponse = (response: http.IncomingMessage, onCut: () => void): void => {
      const status = response.statusCode ?? 0;
      if (status < 200 || status > 299) {
        finish(new DownloadFailure('http-status', `HTTP status ${status}`, status));
        return;
      }
      request.onHeaders?.(response.headers);
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > mostBytes) {
          finish(new DownloadFailure('too-large', `the answer is larger than ${mostBytes} bytes`, bytes));
        } else if (!settled) {
          try {
            onChunk(chunk);
          } catch (thrown) {
            finish(thrown);
          }
        }
      });
      response.once('end', () => {
        if (response.complete) finish();
        else finish(new DownloadFailure('truncated', `the answer ended after ${bytes} bytes`, bytes));
      });
      response.once('error', onCut);
      response.once('aborted', onCut);
    };

    const attempt = (keeps: boolean): http.ClientRequest => {
      const exchange = openExchange(request, keeps);
      let answered = false;
      const onCut = (): void =>
        finish(new DownloadFailure('truncated', `the answer was cut off after ${bytes} bytes`, bytes));
      const onConnected = (): void => clearTimeout(connectTimer);
      exchange.once('socket', (socket) => {
        if (exchange.reusedSocket) onConnected();
        else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', onConnected);
      });
      // A connection that is reset under an answer is an error of the request in some versions of Node, and of
      // the response in others. One that was kept may have been closed meanwhile: that says nothing yet.
      exchange.once('error', (cause) => {
        if (answered) onCut();
        else if (exchange.reusedSocket && !settled) outgoing = attempt(false);
        else finish(new DownloadFailure('connection', cause.message, 0, '', cause));
      });
      exchange.once('response', (response) => {
        answered = true;
        onConnected();
        onResponse(response, onCut);
      });
      return exchange;
    };
    let outgoing = attempt(request.keepsConnection === true);
  });
