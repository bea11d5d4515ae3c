/**
 * How many connections a server keeps, and whose: when there are too many, the client address with the most of them
 * loses one, which may be the new one. So nobody keeps another from asking.
 */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface ClientConnections {
  add(socket: Socket): void;
  /** Counts a request until it is answered; whether it is one too many for its connection. */
  begin(socket: Socket, response: ServerResponse): boolean;
  /** Also those that have not finished their TLS handshake, which node:https does not count. */
  destroyAll(): void;
}

const usualConnections = 256;
/** Requests that a client sends before the first is answered; Prometheus sends one. */
const mostUnanswered = 8;

interface OpenConnection {
  readonly socket: Socket;
  readonly client: string;
  unanswered: number;
  wasAnswered: boolean;
}

/** The first 64 bits of an IPv6 address. */
const networkOf = (address: string): string => {
  const [before = '', after] = address.split('::');
  const head = before.split(':').filter(Boolean);
  const tail = after === undefined ? [] : after.split(':').filter(Boolean);
  const zeros = after === undefined ? 0 : 8 - head.length - tail.length;
  return [...head, ...Array<string>(zeros).fill('0'), ...tail].slice(0, 4).join(':');
};

/** Who a connection counts for: its address, or its /64 of IPv6, of which a client has as many addresses as it likes. */
export const clientOf = (remoteAddress = ''): string => {
  const address = remoteAddress.replace(/^::ffff:(?=\d+\.)/i, '');
  return address.includes(':') ? networkOf(address) : address;
};

/** The same for the socket below TLS and the one above it. */
const nameOf = ({ remoteAddress, remotePort, localPort }: Socket): string =>
  `${remoteAddress} ${remotePort} ${localPort}`;

/**
 * The one to give up, of the client with the most. One that was answered and is idle goes first: its client sees an
 * end, and not the reset of a request that is on its way. Then one that has not asked yet, and then the oldest.
 */
const leastWanted = (connections: Iterable<OpenConnection>, newest: OpenConnection): OpenConnection => {
  const byClient = new Map<string, OpenConnection[]>();
  for (const connection of connections) {
    const others = byClient.get(connection.client);
    if (others === undefined) byClient.set(connection.client, [connection]);
    else others.push(connection);
  }
  const own = byClient.get(newest.client) ?? [newest];
  const most = [...byClient.values()].reduce((a, b) => (b.length > a.length ? b : a), own);
  const idle = most.filter((one) => one !== newest && one.unanswered === 0);
  return idle.find(({ wasAnswered }) => wasAnswered) ?? idle[0] ?? most[0] ?? newest;
};

export const createClientConnections = (mostConnections = usualConnections): ClientConnections => {
  /** In the order in which they came. */
  const open = new Map<string, OpenConnection>();
  return {
    add(socket) {
      const name = nameOf(socket);
      const client = clientOf(socket.remoteAddress);
      const connection: OpenConnection = { socket, client, unanswered: 0, wasAnswered: false };
      open.set(name, connection);
      socket.once('close', () => {
        if (open.get(name) === connection) open.delete(name);
      });
      if (open.size > mostConnections) leastWanted(open.values(), connection).socket.destroy();
    },
    begin(socket, response) {
      const connection = open.get(nameOf(socket));
      if (connection === undefined) return true; // it has been given up
      connection.unanswered += 1;
      response.once('close', () => {
        connection.unanswered -= 1;
        connection.wasAnswered = true;
      });
      return connection.unanswered > mostUnanswered;
    },
    destroyAll() {
      for (const { socket } of open.values()) socket.destroy();
    },
  };
};
