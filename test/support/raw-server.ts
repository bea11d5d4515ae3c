/** A TCP server that answers HTTP requests with exactly the bytes that a test chooses, or not at all. */
import net from 'node:net';

/** What happens after the request has been read. */
export type RawAnswer =
  | { readonly bytes: Buffer | string; readonly thenReset?: boolean; readonly thenHang?: boolean }
  | 'hang'
  | 'reset';

export interface RawServer {
  readonly port: number;
  readonly requests: string[];
  /** Connections that are open now. */
  open(): number;
  close(): Promise<void>;
}

const isComplete = (request: string): boolean => {
  const headEnd = request.indexOf('\r\n\r\n');
  if (headEnd < 0) return false;
  const length = /^content-length: *(\d+)/im.exec(request)?.[1];
  return Buffer.byteLength(request) - headEnd - 4 >= Number(length ?? 0);
};

const act = (socket: net.Socket, answer: RawAnswer): void => {
  if (answer === 'hang') return;
  if (answer === 'reset') {
    socket.resetAndDestroy();
    return;
  }
  socket.write(answer.bytes, () => {
    if (answer.thenReset === true) socket.resetAndDestroy();
    else if (answer.thenHang !== true) socket.end();
  });
};

export const startRawServer = async (
  answer: (request: string) => RawAnswer | Promise<RawAnswer>,
  port = 0,
): Promise<RawServer> => {
  const requests: string[] = [];
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    let request = '';
    let answered = false;
    socket.setEncoding('latin1');
    socket.on('error', () => undefined); // clients that go away are part of the tests
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', async (piece: string) => {
      request += piece;
      if (answered || !isComplete(request)) return;
      answered = true;
      requests.push(request);
      act(socket, await answer(request));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    requests,
    open: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
};

/** An HTTP answer with its length. */
export const httpAnswer = (status: string, body: Buffer | string, headers = ''): Buffer =>
  Buffer.concat([
    Buffer.from(
      `HTTP/1.1 ${status}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}Connection: close\r\n\r\n`,
    ),
    Buffer.from(body),
  ]);

/** The method of an XML-RPC request. */
export const methodOf = (request: string): string => /<methodName>([^<]*)/.exec(request)?.[1] ?? '';

/** A port on which nothing listens. */
export const closedPort = async (): Promise<number> => {
  const server = await startRawServer(() => 'reset');
  await server.close();
  return server.port;
};
