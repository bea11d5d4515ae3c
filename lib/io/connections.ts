/**
 * Connections to HTTP servers, kept between exchanges where that is wanted.
 *
 * All of them are read into one buffer, since what is read is looked at before anything else happens. node:http
 * makes a new buffer for every piece, which costs more than all that we do with the pages of a cloud (ADR 0010).
 */
import net from 'node:net';
import tls from 'node:tls';

export interface ConnectionEvents {
  /** The bytes are valid during the call only. */
  onBytes(bytes: Buffer): void;
  /** Nothing more will come. */
  onEnd(cause?: Error): void;
}

export interface Connection {
  readonly socket: net.Socket;
  /** Whether it has served an exchange before. */
  readonly isReused: boolean;
  /** To be called when it can be used for another exchange. */
  keep(): void;
}

export interface ConnectionRequest {
  readonly url: URL;
  /** Take a connection that was kept, if there is one. */
  readonly takesKept: boolean;
  /** How the host's name is looked up; the system's way otherwise. */
  readonly lookup?: net.LookupFunction | undefined;
}

/** Longer than two scrapes of Prometheus stand apart. */
const keptForMs = 150_000;
/** Small enough that a piece of it, whatever it says, is soon read. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

interface OpenConnection {
  readonly socket: net.Socket;
  events: ConnectionEvents;
}

/** By origin. */
const kept = new Map<string, Set<OpenConnection>>();

const takeKept = (origin: string): OpenConnection | undefined => {
  const [connection] = kept.get(origin) ?? [];
  if (connection !== undefined) forget(origin, connection);
  return connection;
};

const forget = (origin: string, connection: OpenConnection): void => {
  const others = kept.get(origin);
  others?.delete(connection);
  if (others?.size === 0) kept.delete(origin);
};

const connect = ({ url, lookup }: ConnectionRequest, onRead: (bytes: Buffer) => void): net.Socket => {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const options = {
    host,
    port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
    ...(lookup === undefined ? {} : { lookup }),
    onread: {
      buffer: readBuffer,
      callback(length: number) {
        onRead(readBuffer.subarray(0, length));
        return true;
      },
    },
  };
  if (url.protocol !== 'https:') return net.connect(options);
  const servername = net.isIP(host) === 0 ? { servername: host } : {};
  return tls.connect({ ...options, ...servername, ALPNProtocols: ['http/1.1'] });
};

const open = (request: ConnectionRequest, events: ConnectionEvents): OpenConnection => {
  let cause: Error | undefined;
  const connection: OpenConnection = {
    events,
    socket: connect(request, (bytes) => connection.events.onBytes(bytes)),
  };
  const { socket } = connection;
  socket.setNoDelay(true);
  socket.once('error', (error) => {
    cause = error;
  });
  for (const end of ['end', 'timeout', 'close']) socket.once(end, () => connection.events.onEnd(cause));
  return connection;
};

export const openConnection = (request: ConnectionRequest, events: ConnectionEvents): Connection => {
  const { origin } = request.url;
  const used = request.takesKept ? takeKept(origin) : undefined;
  const connection = used ?? open(request, events);
  const { socket } = connection;
  connection.events = events;
  socket.setTimeout(0);
  socket.ref();
  return {
    socket,
    isReused: used !== undefined,
    keep() {
      // Whatever happens to it from here on, it is of no use any more.
      const drop = (): void => {
        forget(origin, connection);
        socket.destroy();
      };
      connection.events = { onBytes: drop, onEnd: drop };
      socket.setTimeout(keptForMs);
      socket.unref();
      const others = kept.get(origin) ?? new Set();
      kept.set(origin, others.add(connection));
    },
  };
};
