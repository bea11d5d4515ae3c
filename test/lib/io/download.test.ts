/** Connections: kept where that is wanted, given up where they are of no use, and never trusted to be alive. */
import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import test, { type TestContext } from 'node:test';
import { download } from '../../../lib/io/download.ts';
import { createProcessorMeter } from '../../../lib/io/processor-meter.ts';
import { httpAnswer, startRawServer } from '../../support/raw-server.ts';

const limits = { connectTimeoutMs: 5000, totalTimeoutMs: 5000, mostBytes: 1e9 };

const read = async (url: string, keepsConnection = true): Promise<string> => {
  let text = '';
  await download({
    ...limits,
    url: new URL(url),
    keepsConnection,
    onChunk: (chunk) => {
      text += chunk.toString();
    },
  });
  return text;
};

/** The server ends with the test, and every connection that is kept to it. */
const listen = async (t: TestContext, server: net.Server): Promise<string> => {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  t.after(() => server.close());
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`;
};

/** Node's own server, which counts its connections. */
const startServer = async (t: TestContext, handle: http.RequestListener) => {
  const seen = { connections: 0 };
  const server = http.createServer(handle).on('connection', () => {
    seen.connections += 1;
  });
  return { seen, server, url: await listen(t, server) };
};

const large = 'x'.repeat(3_000_000);

test('one connection serves what follows upon each other, several what is asked at once', async (t) => {
  const { seen, url } = await startServer(t, (request, response) => {
    // By chunks and with a length, as it comes.
    if (request.url === '/length') response.setHeader('Content-Length', large.length);
    response.write(large.slice(0, 1_000_000));
    response.end(large.slice(1_000_000));
  });
  for (const place of ['', 'length', '', 'length']) assert.equal(await read(`${url}${place}`), large);
  assert.equal(seen.connections, 1);
  const all = await Promise.all([url, url, url].map((one) => read(one)));
  assert.deepEqual(all, [large, large, large]);
  assert.equal(seen.connections, 3);
  assert.equal(await read(url, false), large);
  assert.equal(seen.connections, 4);
});

test('a kept connection that the server closed is replaced, at once or under the request', async (t) => {
  const { seen, server, url } = await startServer(t, (_, response) => void response.end('page'));
  assert.equal(await read(url), 'page');
  server.closeAllConnections();
  assert.equal(await read(url), 'page');
  assert.equal(seen.connections, 2);

  // The second request on a connection is answered by its end.
  let connections = 0;
  const raw = net.createServer((socket) => {
    connections += 1;
    let requests = 0;
    socket.on('error', () => undefined);
    socket.on('data', () => {
      requests += 1;
      if (requests === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage');
      else socket.resetAndDestroy();
    });
  });
  const rawUrl = await listen(t, raw);
  for (let at = 0; at < 3; at += 1) assert.equal(await read(rawUrl), 'page');
  assert.equal(connections, 3);
});

test('a server that answers more than it was asked gets a new connection', async (t) => {
  let connections = 0;
  const raw = net.createServer((socket) => {
    connections += 1;
    socket.on('error', () => undefined);
    socket.on('data', () => {
      socket.write(
        'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npageHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlies',
      );
    });
  });
  const url = await listen(t, raw);
  for (let at = 0; at < 3; at += 1) assert.equal(await read(url), 'page');
  assert.equal(connections, 3);
});

test('an answer that was cut off is not asked for again', async (t) => {
  const server = await startRawServer(() => ({ bytes: httpAnswer('200 OK', large).subarray(0, 1000) }));
  t.after(server.close);
  await assert.rejects(read(`http://127.0.0.1:${server.port}/`), { kind: 'truncated' });
  assert.equal(server.requests.length, 1);
});

test('user and password of the URL are sent as such', async (t) => {
  const { url } = await startServer(
    t,
    (request, response) => void response.end(request.headers.authorization),
  );
  const withUser = url.replace('http://', 'http://us%40r:p%3Ass@');
  assert.equal(await read(withUser), `Basic ${Buffer.from('us@r:p:ss').toString('base64')}`);
  assert.equal(await read(url), '');
});

test('A3-credentials: a URL whose password cannot be decoded is a failure of its download', async (t) => {
  const { seen, url } = await startServer(t, (_, response) => void response.end());
  for (const credentials of ['prom:100%sure', '%', 'us%ff:x', ':%c3'])
    await assert.rejects(read(url.replace('http://', `http://${credentials}@`)), { kind: 'bad-url' });
  assert.equal(seen.connections, 0);
});

test('A3-lookup: whatever throws while a connection is opened is a failure of that download', async () => {
  const request = { ...limits, url: new URL('http://host.invalid/'), onChunk: () => undefined };
  const failing = (): never => {
    throw Object.assign(new Error('no resolver'), { code: 'ENOTFOUND' });
  };
  await assert.rejects(download({ ...request, lookup: failing }), { kind: 'connection' });
  const odd = Object.assign(new URL('https://x/'), { hash: '' });
  Object.defineProperty(odd, 'port', { value: '99999' });
  await assert.rejects(download({ ...request, url: odd }), { kind: 'connection' });
});

/** A server that answers with the same bytes for as long as they are read. */
const startEndless = (t: TestContext, head: string, piece: string): Promise<string> =>
  listen(
    t,
    net.createServer((socket) => {
      socket.on('error', () => undefined);
      const block = piece.repeat(Math.ceil(65_536 / piece.length));
      const go = (): void => {
        while (!socket.destroyed && socket.write(block));
      };
      socket.on('drain', go);
      socket.once('data', () => {
        socket.write(head);
        go();
      });
    }),
  );

test('B8-wire: what frames an answer counts as much as what it says', async (t) => {
  const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
  const endless: readonly (readonly [head: string, piece: string, kind: string])[] = [
    ['', 'HTTP/1.1 100 Continue\r\n\r\n', 'connection'],
    ['', 'HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n', 'connection'],
    [chunked, '1\r\nx\r\n', 'too-large'],
    [chunked, `1;${'x'.repeat(1000)}\r\nx\r\n`, 'too-large'],
    [`${chunked}0\r\n`, 'Trailer: x\r\n', 'truncated'],
  ];
  for (const [head, piece, kind] of endless) {
    const url = new URL(await startEndless(t, head, piece));
    const asked = download({ ...limits, url, mostBytes: 1e6, onChunk: () => undefined });
    await assert.rejects(asked, { kind }, piece);
  }
});

test('B8-processor: an answer that keeps the processor busy is given up, whatever it is made of', async (t) => {
  const head = 'HTTP/1.1 200 OK\r\n\r\n';
  const url = new URL(await startEndless(t, head, 'x'));
  let pieces = 0;
  const onChunk = (): void => {
    pieces += 1;
    for (const until = performance.now() + 10; performance.now() < until; );
  };
  const processor = { meter: createProcessorMeter(), mostMs: 100 };
  await assert.rejects(download({ ...limits, url, processor, onChunk }), { kind: 'too-costly' });
  assert.ok(pieces >= 10, `${pieces}`);
});

test('B8-processor: what the process did before, and the time of others, are not counted', () => {
  const meter = createProcessorMeter();
  for (const until = performance.now() + 150; performance.now() < until; );
  // While it waits, others have the processor.
  meter.measure(() => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 120));
  assert.ok(meter.usedMs() < 60, `${meter.usedMs()} ms`);
});

test('an address of IPv6', async (t) => {
  const server = http.createServer((request, response) => void response.end(request.headers.host));
  const listening = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(0, '::1', () => resolve(true));
  });
  if (!listening) {
    t.skip('this machine has no IPv6 on loopback');
    return;
  }
  t.after(() => server.close());
  t.after(() => server.closeAllConnections());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  assert.equal(await read(`http://[::1]:${port}/`), `[::1]:${port}`);
});
