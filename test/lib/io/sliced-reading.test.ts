/** A parser of HTTP that gets what has come in small pieces: it reads the same, and stops where it is told to. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import test, { type TestContext } from 'node:test';
import { readInSlices } from '../../../lib/io/sliced-reading.ts';

const connect = async (t: TestContext, onRequest: http.RequestListener): Promise<net.Socket> => {
  const server = http.createServer({ maxHeaderSize: 65_536 }, onRequest).on('connection', readInSlices);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
  client.on('error', () => undefined); // a server that has destroyed the connection
  t.after(async () => {
    client.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return client;
};

const small = (at: number): string => `GET /${at} HTTP/1.1\r\nHost: a\r\n\r\n`;
const many = (count: number): string => Array.from({ length: count }, (_, at) => small(at)).join('');

test('of thousands of requests that come at once, few are read after the connection was given up', async (t) => {
  let seen = 0;
  const client = await connect(t, (request) => {
    seen += 1;
    if (seen > 8) request.socket.destroy();
  });
  const closed = once(client, 'close');
  client.write(many(2000));
  client.resume();
  await closed;
  assert.ok(seen < 60, `${seen} requests were read`);
});

test('requests that come together are answered in their order, also where answers wait for their client', async (t) => {
  const client = await connect(t, (request, response) => response.end(`<${request.url}>`.padEnd(100_000)));
  client.write(many(100));
  let text = '';
  for await (const piece of client) {
    text += piece;
    if (text.includes('</99>')) break;
  }
  assert.deepEqual(
    [...text.matchAll(/<\/(\d+)>/g)].map(([, at]) => Number(at)),
    Array.from({ length: 100 }, (_, at) => at),
  );
});

test('a request is read whole, however long it is', async (t) => {
  const long = 'x'.repeat(20_000);
  const client = await connect(t, (request, response) => {
    let body = '';
    request.on('data', (piece) => {
      body += piece;
    });
    request.on('end', () => response.end(String(request.headers['x-long'] === long && body === long)));
  });
  client.end(
    `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Long: ${long}\r\nContent-Length: ${long.length}\r\n\r\n${long}`,
  );
  let text = '';
  for await (const piece of client) text += piece;
  assert.match(text, /\r\n\r\n.*true/s);
});

test('what is no HTTP gets one answer', async (t) => {
  const client = await connect(t, (_, response) => response.end());
  client.write('nonsense\r\n'.repeat(1000));
  let text = '';
  for await (const piece of client) text += piece;
  assert.equal(text.split('HTTP/1.1 400').length, 2);
});
