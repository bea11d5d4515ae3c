/** Answers the requests to a web server: who may ask, what there is, and how it is sent. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { reasonOf } from '../errors/oneext-error.ts';
import type { Log } from '../log/log.ts';
import { acceptsGzip } from '../prometheus/negotiate.ts';
import type { WebConfig } from '../prometheus/web-config.ts';
import { createBasicAuth, type LoginVerdict } from './basic-auth.ts';
import { type ClientConnections, clientOf } from './client-connections.ts';
import type { ComparePassword } from './password-worker.ts';
import { createWebBodies, lengthOf, type WebBody } from './web-body.ts';
import { createWebStreams } from './web-streams.ts';

interface WebHead {
  readonly status: number;
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
}
export interface WebAnswer extends WebHead {
  /** Answers with the same buffer, or the same pieces, share them and their zipped form. */
  readonly body: string | WebBody;
}
/** Whole, and never long. */
export type TextAnswer = WebAnswer & { readonly body: string };
export interface WebClient {
  /** Who asks, as far as the network tells. */
  readonly address: string;
  /** Aborted when the client has left. */
  readonly left: () => AbortSignal;
}
/** An answer that goes on. */
export interface WebStream extends WebHead {
  /** @param left is told when the client has left or the server ends; nothing is written then */
  readonly begin: (write: (text: string) => void, left: AbortSignal) => void;
}
export type WebHandler = (
  headers: IncomingHttpHeaders,
  query: URLSearchParams,
  client: WebClient,
) => WebAnswer | WebStream | Promise<WebAnswer | WebStream>;
export type WebHandlers = ReadonlyMap<string, WebHandler>;

export interface WebAnswersContext {
  readonly handlers: () => WebHandlers;
  /** Paths whose handlers decide themselves who may ask. */
  readonly guardedPaths: ReadonlySet<string>;
  readonly config: () => WebConfig;
  readonly comparePassword: ComparePassword;
  readonly connections: ClientConnections;
  readonly isClosing: () => boolean;
  readonly log: Log;
}

const leastGzipBytes = 1024;
const busySeconds = 5;

const createWebClient = (request: IncomingMessage, response: ServerResponse): WebClient => {
  let left: AbortController | undefined;
  return {
    address: clientOf(request.socket.remoteAddress),
    left() {
      if (left !== undefined) return left.signal;
      const controller = new AbortController();
      left = controller;
      if (response.destroyed) controller.abort();
      else response.once('close', () => controller.abort());
      return controller.signal;
    },
  };
};

export const plainText = (status: number, body: string): TextAnswer => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body: `${body}\n`,
});
const refusals: Readonly<Record<Exclude<LoginVerdict, 'granted'>, WebAnswer>> = {
  denied: plainText(401, 'Unauthorized'),
  busy: plainText(429, 'Too many passwords wait to be checked: ask again later'),
};
const headersByStatus: ReadonlyMap<number, readonly [name: string, value: string]> = new Map([
  [401, ['WWW-Authenticate', 'Basic']],
  [405, ['Allow', 'GET, HEAD']],
  [429, ['Retry-After', String(busySeconds)]],
]);

export interface WebAnswers {
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  /** Those that go on would keep the server from closing. */
  readonly endStreams: () => void;
}

export const createWebAnswers = (context: WebAnswersContext): WebAnswers => {
  const { log } = context;
  const judgeLogin = createBasicAuth(context.comparePassword);
  const bodies = createWebBodies();
  const streams = createWebStreams();

  const login = async (request: IncomingMessage, client: WebClient): Promise<LoginVerdict> => {
    const { users } = context.config();
    if (users.size === 0) return 'granted';
    const { authorization: header } = request.headers;
    return judgeLogin({ users, header, client: client.address, signal: client.left() });
  };

  const answerTo = async (
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<WebAnswer | WebStream> => {
    const client = createWebClient(request, response);
    const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s);
    const verdict = context.guardedPaths.has(path) ? 'granted' : await login(request, client);
    if (verdict !== 'granted') return refusals[verdict];
    const handler = context.handlers().get(path);
    if (handler === undefined) return plainText(404, 'Not found');
    if (request.method !== 'GET' && request.method !== 'HEAD') return plainText(405, 'Method not allowed');
    return handler(request.headers, new URLSearchParams(query), client);
  };

  /** Those of the configuration are the operator's, and come last. */
  const writeHeaders = (response: ServerResponse, { status, headers = {} }: WebHead): void => {
    response.setHeader('Vary', 'Accept, Accept-Encoding');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    if (context.isClosing()) response.setHeader('Connection', 'close');
    const [name, value] = headersByStatus.get(status) ?? [];
    if (name !== undefined && value !== undefined) response.setHeader(name, value);
    for (const [own, text] of Object.entries(headers)) response.setHeader(own, text);
    for (const [given, text] of context.config().headers) response.setHeader(given, text);
  };

  const send = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const answer = await answerTo(request, response).catch((thrown: unknown) => {
      log.error('request failed', { path: pathOf(request), error: reasonOf(thrown) });
      return plainText(500, 'Internal error');
    });
    if (response.destroyed) return;
    if ('begin' in answer) {
      writeHeaders(response, answer);
      response.writeHead(answer.status, { 'Content-Type': answer.contentType });
      if (request.method === 'HEAD' || context.isClosing()) response.end();
      else streams.begin(response, answer.begin);
      return;
    }
    const whole = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
    const zips =
      lengthOf(whole) >= leastGzipBytes && acceptsGzip(String(request.headers['accept-encoding'] ?? ''));
    const body = zips ? await bodies.zip(whole) : whole;
    if (response.destroyed) return;
    writeHeaders(response, answer);
    if (zips) response.setHeader('Content-Encoding', 'gzip');
    response.writeHead(answer.status, {
      'Content-Type': answer.contentType,
      'Content-Length': lengthOf(body),
    });
    if (request.method === 'HEAD') response.end();
    else if (typeof answer.body === 'string' && lengthOf(whole) < leastGzipBytes) response.end(answer.body);
    else bodies.write(response, body);
  };

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    response.on('error', () => undefined); // a client that has left
    if (context.connections.begin(request.socket, response)) return void request.socket.destroy();
    send(request, response).catch((thrown: unknown) => {
      log.error('answer failed', { path: pathOf(request), error: reasonOf(thrown) });
      response.destroy();
    });
  };
  return { onRequest, endStreams: streams.endAll };
};

/** A query may hold what nobody else should read. */
const pathOf = ({ url = '' }: IncomingMessage): string => url.split('?', 1).join('').slice(0, 200);
