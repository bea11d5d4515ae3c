/**
 * Power agents that mean harm, below one port: by the host's id in the path, each answers with one of the attacks,
 * and goes on with it until its client leaves. Prints the port.
 */
import net from 'node:net';

const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

/** What comes before, and what comes again and again. */
const attacks: readonly (readonly [first: string, again: string])[] = [
  ['', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(2000)],
  [head, '1\r\nx\r\n'.repeat(10_000)],
  [head, `1;${'x'.repeat(60_000)}\r\nx\r\n`],
  ['HTTP/1.1 200 OK\r\n\r\n', '#\n'.repeat(30_000)],
  ['HTTP/1.1 200 OK\r\n\r\n', ''],
];

const server = net.createServer((socket) => {
  socket.on('error', () => undefined);
  socket.once('data', (request: Buffer) => {
    const id = Number(/^GET \/(\d+)/.exec(request.toString('latin1'))?.[1] ?? 0);
    const [first, again] = attacks[id % attacks.length] ?? ['', ''];
    const go = (): void => {
      while (again !== '' && !socket.destroyed && socket.write(again));
    };
    socket.on('drain', go).write(first);
    go();
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});
