/** A server and its clients: those that are too many, too slow, or ask for too much at once. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import test, { type TestContext } from 'node:test';
import type { ListenAddress } from '../../../lib/config/listen-address.ts';
import { clientOf } from '../../../lib/io/client-connections.ts';
import type { WebHandler } from '../../../lib/io/web-answers.ts';
import { writeTimeoutMs } from '../../../lib/io/web-body.ts';
import { startWebServer, type WebServer } from '../../../lib/io/web-server.ts';
import { createLog } from '../../../lib/log/log.ts';
import { closedPort } from '../../support/raw-server.ts';

const start = async (
  t: TestContext,
  handler: WebHandler,
  addresses: readonly ListenAddress[] = [{ host: '127.0.0.1', port: 0 }],
): Promise<WebServer> => {
  const server = await startWebServer({
    addresses,
    webConfigFile: '',
    programFile: '',
    handlers: () => new Map([['/', handler]]),
    log: createLog({ level: 'error', format: 'logfmt', now: () => new Date(), write: () => undefined }),
  });
  t.after(() => server.close(0));
  return server;
};
const portOf = (url = ''): number => Number(new URL(url).port);

const connect = async (t: TestContext, port: number, localAddress: string): Promise<net.Socket> => {
  const socket = net.connect({ host: '127.0.0.1', port, localAddress });
  socket.on('error', () => undefined);
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
};
const answer = (body: string | Buffer) => ({ status: 200, contentType: 'text/plain', body });
const request = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

test('C6-listen: several addresses are served; one that cannot be had leaves none open', async (t) => {
  const ports = [await closedPort(), await closedPort()];
  const addresses = ports.map((port, at) => ({ host: `127.0.0.${at + 1}`, port }));
  const server = await start(t, () => answer('page'), addresses);
  assert.equal(server.urls.length, 2);
  for (const url of server.urls) assert.equal(await (await fetch(url)).text(), 'page');

  const free = await closedPort();
  const [taken] = addresses;
  assert.ok(taken !== undefined);
  await assert.rejects(
    start(t, () => answer(''), [{ host: '127.0.0.1', port: free }, taken]),
    {
      code: 'LISTEN_FAILED',
    },
  );
  await assert.rejects(fetch(`http://127.0.0.1:${free}/`));
});

test('B2-connections: a client that keeps too many loses one, and another client is served', async (t) => {
  const server = await start(t, () => answer('page'));
  const port = portOf(server.urls[0]);
  const greedy: net.Socket[] = [];
  for (let at = 0; at < 256; at += 1) greedy.push(await connect(t, port, '127.0.0.2'));
  const closed = Promise.race(greedy.map((socket) => once(socket, 'close')));
  const polite = await connect(t, port, '127.0.0.1');
  await closed;
  polite.write(request);
  assert.match(String((await once(polite, 'data'))[0]), /^HTTP\/1\.1 200/);
  assert.equal(greedy.filter(({ destroyed }) => destroyed).length, 1);
});

test('B2-connections: of one client, an idle connection that was answered goes before one that may be asking', async (t) => {
  const server = await start(t, () => answer('page'));
  const port = portOf(server.urls[0]);
  const connectAll = (count: number): Promise<readonly net.Socket[]> =>
    Promise.all(Array.from({ length: count }, () => connect(t, port, '127.0.0.2')));
  const silent = await connectAll(200);
  const answered: net.Socket[] = [];
  for (const socket of await connectAll(56)) {
    socket.write(request);
    await once(socket, 'data');
    answered.push(socket);
  }
  const closed = Promise.race(
    [...silent, ...answered].map(async (socket) => {
      await once(socket, 'close');
      return answered.includes(socket);
    }),
  );
  const asking = await connectAll(3);
  assert.equal(await closed, true);
  for (const socket of [...asking, ...silent]) {
    socket.write(request);
    assert.match(String((await once(socket, 'data'))[0]), /^HTTP\/1\.1 200/);
  }
  assert.equal(answered.filter(({ destroyed }) => destroyed).length, 3);
});

test('B2-slow: what slow clients have not read holds the memory of a few pages, the newest are served', async (t) => {
  const pageBytes = 24 * 1024 * 1024;
  const server = await start(t, () => answer(Buffer.alloc(pageBytes, 'x')));
  const port = portOf(server.urls[0]);
  const slow: net.Socket[] = [];
  for (let at = 0; at < 4; at += 1) {
    const socket = await connect(t, port, '127.0.0.2');
    slow.push(socket.pause());
    socket.write(request);
    await once(socket, 'readable');
  }
  // Each of them was answered with a page of its own: the oldest have been given up.
  const [oldest] = slow;
  assert.ok(oldest !== undefined);
  oldest.resume();
  await once(oldest, 'close');
  assert.ok(oldest.bytesRead < pageBytes);
  const page = await fetch(`http://127.0.0.1:${port}/`, { headers: { 'accept-encoding': 'identity' } });
  assert.equal((await page.arrayBuffer()).byteLength, pageBytes);
});

test('B2-write-timeout: a client that reads nothing is given up after half a minute, one that has read all is not', async (t) => {
  const page = Buffer.alloc(32 * 1024 * 1024, 'x');
  const server = await start(t, () => answer(page));
  const slow = await connect(t, portOf(server.urls[0]), '127.0.0.1');
  t.mock.timers.enable({ apis: ['setTimeout'] });
  slow.pause().write(request);
  await once(slow, 'readable');
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const read = async (): Promise<http.ClientRequest> => {
    const asked = http.get(server.urls[0] ?? '', { agent });
    const [response] = await once(asked, 'response');
    await once(response.resume(), 'end');
    return asked;
  };
  await read();
  t.mock.timers.tick(writeTimeoutMs - 1);
  t.mock.timers.tick(1);
  slow.resume();
  await once(slow, 'close');
  assert.ok(slow.bytesRead < page.length, `${slow.bytesRead} of ${page.length} bytes`);
  assert.equal((await read()).reusedSocket, true);
  t.mock.timers.reset();
});

test('B2-shared: one buffer is zipped once, and whole for each that reads it', async (t) => {
  const page = Buffer.from('opennebula_vm_state 3\n'.repeat(100_000));
  const server = await start(t, () => answer(page));
  const texts = await Promise.all(
    ['gzip', 'identity', 'gzip', 'identity'].map(async (coding) => {
      const response = await fetch(server.urls[0] ?? '', { headers: { 'accept-encoding': coding } });
      assert.equal(response.headers.get('content-encoding'), coding === 'gzip' ? 'gzip' : null);
      return response.text();
    }),
  );
  assert.deepEqual(new Set(texts), new Set([page.toString()]));
});

test('a text is whole, whatever it is long, and however short it is when it is zipped', async (t) => {
  const text = (length: number): string => '0123456789é'.repeat(length).slice(0, length);
  const server = await start(t, (_, query) => answer(text(Number(query.get('length')))));
  for (const length of [1, 900, 1023, 1024, 1025, 2048, 70_000])
    for (const coding of ['gzip', 'identity']) {
      const headers = { 'accept-encoding': coding };
      const response = await fetch(`${server.urls[0]}/?length=${length}`, { headers });
      assert.equal(await response.text(), text(length), `${length} ${coding}`);
    }
});

test('B2-pipelined: a client that asks on and on without reading is given up', async (t) => {
  let asked = 0;
  const server = await start(t, () => {
    asked += 1;
    return new Promise(() => undefined);
  });
  const socket = await connect(t, portOf(server.urls[0]), '127.0.0.1');
  socket.resume().write(request.repeat(1000));
  await once(socket, 'close');
  assert.ok(asked <= 8, `${asked}`);
});

test('a client that leaves in the middle of an answer, or sends what is no request, harms nobody', async (t) => {
  const server = await start(t, () => answer(Buffer.alloc(8 * 1024 * 1024)));
  const port = portOf(server.urls[0]);
  for (const text of [request, 'nonsense\r\n\r\n', `${request}${request}`]) {
    const socket = await connect(t, port, '127.0.0.1');
    socket.write(text);
    await once(socket, 'data');
    socket.resetAndDestroy();
  }
  const alive = await new Promise<http.IncomingMessage>((resolve, reject) => {
    http.get(`http://127.0.0.1:${port}/nothing`, resolve).on('error', reject);
  });
  assert.equal(alive.resume().statusCode, 404);
});

test('who counts as one client', () => {
  assert.equal(clientOf('::ffff:192.0.2.1'), '192.0.2.1');
  assert.equal(clientOf('192.0.2.1'), '192.0.2.1');
  assert.equal(clientOf('2001:db8:1:2:3:4:5:6'), clientOf('2001:db8:1:2::1'));
  assert.equal(clientOf('2001:db8::1'), '2001:db8:0:0');
  assert.notEqual(clientOf('2001:db8:1:2::1'), clientOf('2001:db8:1:3::1'));
  assert.equal(clientOf('::1'), '0:0:0:0');
  assert.equal(clientOf(undefined), '');
});
