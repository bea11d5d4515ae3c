/**
 * A small HTTP or HTTPS server for an exporter: GET and HEAD on a fixed set of paths, gzip, basic
 * authentication and TLS after the exporter-toolkit's web configuration, and an end in order.
 *
 * Certificates and users are read again when their files change; a broken change is logged and not taken.
 */
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { commonError } from '../errors/common-errors.ts';
import { reasonOf } from '../errors/oneext-error.ts';
import { bracketHost } from '../host-name.ts';
import type { Log } from '../log/log.ts';
import { acceptsGzip } from '../prometheus/negotiate.ts';
import type { TlsSettings, WebConfig } from '../prometheus/web-config.ts';
import { createBasicAuth } from './basic-auth.ts';
import { readWebConfig, versionOfWebConfig } from './read-web-config.ts';

export interface WebAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Buffer;
}
export type WebHandler = (
  headers: http.IncomingHttpHeaders,
  query: URLSearchParams,
) => WebAnswer | Promise<WebAnswer>;

export interface WebServerOptions {
  readonly host: string;
  readonly port: number;
  /** Path of the exporter-toolkit's configuration; empty for plain HTTP without users. */
  readonly webConfigFile: string;
  readonly handlers: ReadonlyMap<string, WebHandler>;
  readonly log: Log;
}

export interface WebServer {
  /** What a client can connect to: `http://[::]:9925`. */
  readonly url: string;
  /** Answers what runs, for `graceMs` at most, and takes nothing new. */
  close(graceMs: number): Promise<void>;
}

const gzipAsync = promisify(gzip);
const leastGzipBytes = 1024;
const reloadIntervalMs = 5000;
/** Longer than Prometheus keeps an idle connection, so that it is never closed under a scrape. */
const keepAliveTimeoutMs = 330_000;

/** Whether the client's certificate, or the lack of one, is acceptable. Judged here in all cases: what TLS itself asks for is fixed at the start. */
const clientIsAcceptable = (socket: TLSSocket, { clientAuthentication }: TlsSettings): boolean => {
  const given = Object.keys(socket.getPeerCertificate()).length > 0;
  switch (clientAuthentication) {
    case 'require-and-verify':
      return given && socket.authorized;
    case 'verify-if-given':
      return !given || socket.authorized;
    case 'require-any':
      return given;
    default:
      return true;
  }
};

/** Why a changed configuration needs a restart; `undefined` when it can be taken as it is. */
const whyRestart = (before: WebConfig, next: WebConfig): string | undefined => {
  if ((next.tls === undefined) !== (before.tls === undefined)) return 'TLS is turned on or off';
  if (next.tls?.clientAuthentication !== before.tls?.clientAuthentication)
    return 'client_auth_type has changed';
  // A file that is just being written is empty for a moment: that must not open the door.
  return next.users.size === 0 && before.users.size > 0 ? 'no user is left' : undefined;
};

const plainText = (status: number, body: string): WebAnswer => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body: `${body}\n`,
});

const listen = (server: http.Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });

/** Listens; `[::]` becomes `0.0.0.0` on a machine without IPv6. */
const listenOrFail = async (server: http.Server, host: string, port: number): Promise<void> => {
  try {
    await listen(server, host, port).catch((thrown: NodeJS.ErrnoException) => {
      if (host === '::' && thrown.code === 'EAFNOSUPPORT') return listen(server, '0.0.0.0', port);
      throw thrown;
    });
  } catch (thrown) {
    const address = `${bracketHost(host)}:${port}`;
    throw commonError('LISTEN_FAILED', { address, detail: reasonOf(thrown) }, thrown);
  }
};

export const startWebServer = async (options: WebServerOptions): Promise<WebServer> => {
  const { webConfigFile, handlers, log } = options;
  let loaded = await readWebConfig(webConfigFile);
  const isAllowed = createBasicAuth();
  let closing = false;

  const answerTo = async (request: http.IncomingMessage): Promise<WebAnswer> => {
    if (!(await isAllowed(loaded.config.users, request.headers.authorization))) {
      return plainText(401, 'Unauthorized');
    }
    const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s);
    const handler = handlers.get(path);
    if (handler === undefined) return plainText(404, 'Not found');
    if (request.method !== 'GET' && request.method !== 'HEAD') return plainText(405, 'Method not allowed');
    return handler(request.headers, new URLSearchParams(query));
  };

  const send = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const answer = await answerTo(request).catch((thrown: unknown) => {
      log.error('request failed', { url: request.url ?? '', error: reasonOf(thrown) });
      return plainText(500, 'Internal error');
    });
    let body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
    for (const [name, value] of loaded.config.headers) response.setHeader(name, value);
    if (answer.status === 401) response.setHeader('WWW-Authenticate', 'Basic');
    if (answer.status === 405) response.setHeader('Allow', 'GET, HEAD');
    response.setHeader('Vary', 'Accept, Accept-Encoding');
    if (body.length >= leastGzipBytes && acceptsGzip(String(request.headers['accept-encoding'] ?? ''))) {
      body = await gzipAsync(body, { level: constants.Z_BEST_SPEED });
      response.setHeader('Content-Encoding', 'gzip');
    }
    if (closing) response.setHeader('Connection', 'close');
    response.writeHead(answer.status, {
      'Content-Type': answer.contentType,
      'Content-Length': body.length,
      'X-Content-Type-Options': 'nosniff',
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  };

  const onRequest = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    send(request, response).catch((thrown: unknown) => {
      log.error('answer failed', { url: request.url ?? '', error: reasonOf(thrown) });
      response.destroy();
    });
  };

  const limits = { keepAliveTimeout: keepAliveTimeoutMs, requestTimeout: 30_000, headersTimeout: 20_000 };
  const secureServer =
    loaded.config.tls === undefined
      ? undefined
      : https.createServer({ ...limits, handshakeTimeout: 10_000, ...loaded.tlsFiles }, onRequest);
  const server = secureServer ?? http.createServer(limits, onRequest);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  secureServer?.on('secureConnection', (socket) => {
    const { tls } = loaded.config;
    if (tls !== undefined && !clientIsAcceptable(socket, tls)) socket.destroy();
  });
  server.on('clientError', (_, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
  });

  const reload = async (): Promise<void> => {
    if ((await versionOfWebConfig(webConfigFile, loaded.config)) === loaded.version) return;
    try {
      const next = await readWebConfig(webConfigFile);
      const why = whyRestart(loaded.config, next.config);
      if (why !== undefined) {
        log.error('the changed web configuration is not taken: restart the exporter', { why });
        loaded = { ...loaded, version: next.version };
        return;
      }
      secureServer?.setSecureContext(next.tlsFiles);
      loaded = next;
      log.info('web configuration loaded again', { path: webConfigFile });
    } catch (thrown) {
      log.error('the changed web configuration is not taken', { error: reasonOf(thrown) });
      loaded = { ...loaded, version: await versionOfWebConfig(webConfigFile, loaded.config) };
    }
  };

  await listenOrFail(server, options.host, options.port);
  const timer = webConfigFile === '' ? undefined : setInterval(reload, reloadIntervalMs).unref();
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : options.port;
  const host = bracketHost(options.host);

  return {
    url: `${secureServer === undefined ? 'http' : 'https'}://${host}:${port}`,
    close: (graceMs) =>
      new Promise((resolve) => {
        closing = true;
        clearInterval(timer);
        // Also those that have not finished their TLS handshake, which the server does not count as connections.
        const force = setTimeout(() => {
          for (const socket of sockets) socket.destroy();
        }, graceMs);
        server.close(() => {
          clearTimeout(force);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
};
