/** The client against recorded answers, against servers that fail in every way, and against another XML-RPC. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import test, { type TestContext } from 'node:test';
import xmlrpc from 'xmlrpc';
import { OneExtError } from '../../../lib/errors/oneext-error.ts';
import { readDocument } from '../../../lib/io/read-pool.ts';
import { createXmlRpcClient, type XmlRpcClient } from '../../../lib/io/xml-rpc-client.ts';
import { parseVm, vmShape } from '../../../lib/one/vm.ts';
import { closedPort, httpAnswer, type RawAnswer, startRawServer } from '../../support/raw-server.ts';
import { readObjects, recordedAnswer, recordedBody, recordedDocument } from '../../support/recordings.ts';

const clientOf = (port: number, totalTimeoutMs = 5000): XmlRpcClient =>
  createXmlRpcClient({
    endpoint: new URL(`http://127.0.0.1:${port}/RPC2`),
    credentials: async () => 'oneadmin:labpass',
    totalTimeoutMs,
  });

const serve = async (t: TestContext, answer: (request: string) => RawAnswer) => {
  const server = await startRawServer(answer);
  t.after(server.close);
  return server;
};

const readVms = (client: XmlRpcClient) =>
  readDocument(client, {
    method: 'one.vmpool.info',
    parameters: [-2, -1, -1, -1],
    objectName: 'VM',
    shape: vmShape,
    parse: parseVm,
  });

test('a recorded pool is read, and the request is one that oned takes', async (t) => {
  const server = await serve(t, () => ({ bytes: recordedAnswer('vmpool.info-notdone') }));
  assert.deepEqual(
    await readVms(clientOf(server.port)),
    readObjects(recordedDocument('vmpool.info-notdone'), 'VM', vmShape, parseVm),
  );
  const request = server.requests[0] ?? '';
  assert.match(request, /^POST \/RPC2 HTTP\/1\.1\r\n/);
  assert.match(request, /^content-length: \d+\r$/im);
  assert.doesNotMatch(request, /transfer-encoding/i);
  assert.match(request, /<string>oneadmin:labpass<\/string>/);
});

test('each failure has its own error', async (t) => {
  const body = recordedBody('vmpool.info-notdone');
  const cut = body.subarray(0, body.length / 2);
  const cases: readonly (readonly [string, RawAnswer, RegExp])[] = [
    ['ONE_AUTHENTICATION', { bytes: recordedAnswer('error-badpass') }, /couldn't be authenticated/],
    ['ONE_NO_SUCH_OBJECT', { bytes: recordedAnswer('error-novm') }, /\[99999\]/],
    ['ONE_FAULT', { bytes: recordedAnswer('error-badmethod') }, /-506/],
    ['ONE_HTTP_STATUS', { bytes: httpAnswer('502 Bad Gateway', 'x') }, /502/],
    ['ONE_HTTP_STATUS', { bytes: httpAnswer('302 Found', '', 'Location: http://127.0.0.1:1/\r\n') }, /302/],
    ['ONE_NOT_XML', { bytes: httpAnswer('200 OK', '<html><body>login</body></html>') }, /<html>/],
    ['ONE_TRUNCATED', { bytes: httpAnswer('200 OK', cut) }, /one\.vmpool\.info/],
    ['ONE_TRUNCATED', { bytes: httpAnswer('200 OK', body).subarray(0, 9000) }, /ended after \d+ bytes/],
    [
      'ONE_TRUNCATED',
      { bytes: httpAnswer('200 OK', body).subarray(0, 9000), thenReset: true },
      /ended after/,
    ],
    ['ONE_CONNECTION', 'reset', /127\.0\.0\.1/],
    ['ONE_TIMEOUT', 'hang', /totalTimeout=300 ms/],
    [
      'ONE_TIMEOUT',
      { bytes: httpAnswer('200 OK', body).subarray(0, 9000), thenHang: true },
      /totalTimeout=300 ms/,
    ],
  ];
  for (const [code, answer, message] of cases) {
    const server = await serve(t, () => answer);
    await assert.rejects(readVms(clientOf(server.port, 300)), (error: unknown) => {
      assert.ok(error instanceof OneExtError, String(error));
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /labpass/);
      return true;
    });
  }
  await assert.rejects(readVms(clientOf(await closedPort())), { code: 'ONE_CONNECTION', exitCode: 75 });
});

test('at most four calls run at once', async (t) => {
  let most = 0;
  const server = await startRawServer(async () => {
    most = Math.max(most, server.open());
    await new Promise((resolve) => setImmediate(resolve));
    return { bytes: recordedAnswer('system.version') };
  });
  t.after(server.close);
  const client = clientOf(server.port);
  const versions = await Promise.all(Array.from({ length: 40 }, () => client.call('one.system.version', [])));
  assert.deepEqual(new Set(versions), new Set(['7.4.0']));
  assert.ok(most <= 4, `${most} at once`);
});

test('a call that was aborted leaves nothing open', async (t) => {
  const server = await serve(t, () => 'hang');
  const ending = new AbortController();
  const client = createXmlRpcClient({
    endpoint: new URL(`http://127.0.0.1:${server.port}/RPC2`),
    credentials: async () => 'a:b',
    totalTimeoutMs: 60_000,
    signal: ending.signal,
  });
  const call = client.call('one.system.version', []);
  setImmediate(() => ending.abort());
  await assert.rejects(call, { code: 'ONE_CONNECTION' });
});

test('interoperability: a server made with the package xmlrpc', async (t) => {
  const server = xmlrpc.createServer({ host: '127.0.0.1', port: 0 });
  await once(server.httpServer, 'listening');
  t.after(() => server.httpServer.close());
  const address = server.httpServer.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  // Without CDATA: of several `]]>` in a string that package escapes the first only.
  const pool = recordedDocument('vmpool.infoextended-notdone')
    .toString()
    .replaceAll(/<!\[CDATA\[(.*?)\]\]>/gs, (_, text: string) =>
      text.replaceAll('&', '&amp;').replaceAll('<', '&lt;'),
    );
  let asked: unknown;
  server.on('one.vmpool.info', (_, parameters, answer) => {
    asked = parameters;
    answer(null, [true, pool, 0]);
  });
  server.on('one.echo', (_, parameters, answer) => answer(null, [true, parameters[1], 0]));
  assert.deepEqual(await readVms(clientOf(port)), readObjects(Buffer.from(pool), 'VM', vmShape, parseVm));
  assert.deepEqual(asked, ['oneadmin:labpass', -2, -1, -1, -1]);
  for (const value of ['', 'plain', 'a<b>&"c\'\n é €', ']]>', 42, true]) {
    assert.equal(await clientOf(port).call('one.echo', [value]), value, JSON.stringify(value));
  }
});
