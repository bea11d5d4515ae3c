/**
 * A small HTTP or HTTPS server for an exporter: GET and HEAD on a fixed set of paths, gzip, basic authentication and
 * TLS after the exporter-toolkit's web configuration, on several addresses, and an end in order (ADR 0018).
 *
 * Certificates and users are read again when their files change; a broken change is logged and not taken.
 */
import http from 'node:http';
import https from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { ListenAddress } from '../config/listen-address.ts';
import { commonError } from '../errors/common-errors.ts';
import { reasonOf } from '../errors/oneext-error.ts';
import { bracketHost } from '../host-name.ts';
import type { Log } from '../log/log.ts';
import { clientIsAcceptable, whyRestart } from '../prometheus/web-config.ts';
import { createClientConnections } from './client-connections.ts';
import { createPasswordWorker } from './password-worker.ts';
import { type LoadedWebConfig, readWebConfig, versionOfWebConfig } from './read-web-config.ts';
import { readInSlices } from './sliced-reading.ts';
import { besideProgram } from './this-process.ts';
import { createWebAnswers, type WebHandlers } from './web-answers.ts';

export interface WebServerOptions {
  readonly addresses: readonly ListenAddress[];
  /** Path of the exporter-toolkit's configuration; empty for plain HTTP without users. */
  readonly webConfigFile: string;
  /** Who may ask is what the handlers decide: of the web configuration, the users and client certificates are left out. */
  readonly knowsItsClients?: true;
  /** Paths whose handlers decide themselves who may ask: their clients need not be users of the web configuration. */
  readonly guardedPaths?: readonly string[];
  /** How many connections are kept at most. */
  readonly mostConnections?: number;
  /** What is served now, by path. */
  readonly handlers: () => WebHandlers;
  /** The running program: that of the thread that compares passwords stands beside it. */
  readonly programFile: string;
  readonly log: Log;
}

export interface WebServer {
  /** What clients can connect to: `http://[::]:9925`. */
  readonly urls: readonly string[];
  /** Reads the web configuration again, changed or not. */
  reload(): Promise<void>;
  /** Answers what runs, for `graceMs` at most, and takes nothing new. */
  close(graceMs: number): Promise<void>;
}

const reloadIntervalMs = 5000;
const limits: http.ServerOptions = {
  /** Longer than Prometheus keeps an idle connection, so that it is never closed under a scrape. */
  keepAliveTimeout: 330_000,
  requestTimeout: 30_000,
  headersTimeout: 20_000,
  connectionsCheckingInterval: 5000,
};

const listen = (server: http.Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });

/** Listens; `[::]` becomes `0.0.0.0` on a machine without IPv6. */
const listenOrFail = async (server: http.Server, { host, port }: ListenAddress): Promise<void> => {
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

const urlOf = (server: http.Server, { host, port }: ListenAddress): string => {
  const bound = server.address();
  const boundPort = typeof bound === 'object' && bound !== null ? bound.port : port;
  return `${server instanceof https.Server ? 'https' : 'http'}://${bracketHost(host)}:${boundPort}`;
};

const withoutClients = ({ config, tlsFiles, version }: LoadedWebConfig): LoadedWebConfig => ({
  config: {
    ...config,
    users: new Map(),
    tls: config.tls === undefined ? undefined : { ...config.tls, clientAuthentication: 'none' },
  },
  tlsFiles: { ...tlsFiles, requestCert: false, rejectUnauthorized: false },
  version,
});

export const startWebServer = async (options: WebServerOptions): Promise<WebServer> => {
  const { webConfigFile, handlers, log, addresses } = options;
  const load = async (): Promise<LoadedWebConfig> => {
    const read = await readWebConfig(webConfigFile);
    return options.knowsItsClients ? withoutClients(read) : read;
  };
  let loaded = await load();
  const connections = createClientConnections(options.mostConnections);
  let closing = false;
  const { onRequest, endStreams } = createWebAnswers({
    handlers,
    guardedPaths: new Set(options.guardedPaths),
    config: () => loaded.config,
    comparePassword: createPasswordWorker(besideProgram(options.programFile, 'password-thread.js')),
    connections,
    isClosing: () => closing,
    log,
  });

  const createServer = (): http.Server => {
    if (loaded.config.tls === undefined)
      return http.createServer(limits, onRequest).on('connection', readInSlices);
    const server = https.createServer({ ...limits, handshakeTimeout: 10_000, ...loaded.tlsFiles }, onRequest);
    return server.on('secureConnection', (socket: TLSSocket) => {
      readInSlices(socket);
      const { tls } = loaded.config;
      const given = Object.keys(socket.getPeerCertificate()).length > 0;
      if (tls !== undefined && !clientIsAcceptable(tls, given, socket.authorized)) socket.destroy();
    });
  };
  const servers = addresses.map(() =>
    createServer()
      .on('connection', connections.add)
      .on('clientError', (_, socket) => {
        if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
      }),
  );
  const closeAll = (): Promise<unknown> =>
    Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));

  const reload = async (): Promise<void> => {
    try {
      const next = await load();
      const why = whyRestart(loaded.config, next.config);
      if (why !== undefined) {
        log.error('the changed web configuration needs a restart; the old one stays in force', { why });
        loaded = { ...loaded, version: next.version };
        return;
      }
      for (const server of servers)
        if (server instanceof https.Server) server.setSecureContext(next.tlsFiles);
      loaded = next;
      if (webConfigFile !== '') log.info('web configuration loaded again', { path: webConfigFile });
    } catch (thrown) {
      log.error('the changed web configuration cannot be used; the old one stays in force', {
        error: reasonOf(thrown),
      });
      loaded = { ...loaded, version: await versionOfWebConfig(webConfigFile, loaded.config) };
    }
  };
  const reloadIfChanged = async (): Promise<void> => {
    if ((await versionOfWebConfig(webConfigFile, loaded.config)) !== loaded.version) await reload();
  };

  try {
    for (const [at, server] of servers.entries()) {
      const address = addresses[at];
      if (address !== undefined) await listenOrFail(server, address);
    }
  } catch (thrown) {
    await closeAll();
    throw thrown;
  }
  const timer = webConfigFile === '' ? undefined : setInterval(reloadIfChanged, reloadIntervalMs).unref();

  return {
    urls: servers.map((server, at) => urlOf(server, addresses[at] ?? { host: '', port: 0 })),
    reload,
    async close(graceMs) {
      closing = true;
      clearInterval(timer);
      const force = setTimeout(connections.destroyAll, graceMs);
      const closed = closeAll();
      endStreams();
      for (const server of servers) server.closeIdleConnections();
      await closed;
      clearTimeout(force);
    },
  };
};
