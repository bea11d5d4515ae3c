/** A web server whose connections a thread keeps: each question has its own answer, and failures are those of others. */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { OneExtError } from '../../../lib/errors/oneext-error.ts';
import { type GatheringOptions, startGatheringWebServer } from '../../../lib/io/gathering-web-server.ts';
import { plainText } from '../../../lib/io/web-answers.ts';
import { repositoryPath } from '../../support/expected.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const options = (changes: Partial<GatheringOptions> & { readonly port?: number } = {}): GatheringOptions => ({
  server: {
    addresses: [{ host: '127.0.0.1', port: changes.port ?? 0 }],
    webConfigFile: '',
    programFile: repositoryPath('dist/opennebula-exporter'),
  },
  paths: ['/name', '/other'],
  headerNames: ['x-name'],
  answer: async ({ path: asked, headers }) => plainText(200, `${asked} ${headers['x-name']}`),
  log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  ...changes,
});

const start = async (t: TestContext, changes: Partial<GatheringOptions> = {}): Promise<string> => {
  const server = await startGatheringWebServer(options(changes));
  t.after(() => server.close(0));
  return server.urls[0] ?? '';
};
const ask = async (url: string, name: string): Promise<string> =>
  (await fetch(url, { headers: { 'X-Name': name, Connection: 'close' } })).text();

test('each of many questions has its own answer, whatever the order of answers', async (t) => {
  const held: (() => void)[] = [];
  const url = await start(t, {
    answer: async ({ path: asked, headers }) => {
      await new Promise<void>((resolve) => held.push(resolve));
      return plainText(200, `${asked} ${headers['x-name']}`);
    },
  });
  const names = Array.from({ length: 100 }, (_, at) => `n${at}`);
  const asking = names.map((name) => ask(`${url}/name`, name));
  const timer = setInterval(() => {
    if (held.length < names.length) return;
    clearInterval(timer);
    for (const release of held.reverse()) release();
  }, 5);
  assert.deepEqual(
    await Promise.all(asking),
    names.map((name) => `/name ${name}\n`),
  );
});

test('what is not asked for here is answered there, and what fails is told by the log alone', async (t) => {
  const lines: string[] = [];
  const url = await start(t, {
    answer: async () => {
      throw new Error('out of order');
    },
    log: {
      ...options().log,
      error: (message, fields) => lines.push(`${message} ${JSON.stringify(fields)}`),
    },
  });
  assert.equal((await fetch(`${url}/nowhere`)).status, 404);
  assert.equal((await fetch(`${url}/name`, { method: 'POST' })).status, 405);
  const failed = await fetch(`${url}/name`);
  assert.deepEqual([failed.status, await failed.text()], [500, 'Internal error\n']);
  while (lines.length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(lines, ['request failed {"path":"/name","error":"out of order"}']);
});

test('a port that is taken, and a configuration that is wrong, are the errors of the program', async (t) => {
  const holder = net.createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  t.after(() => holder.close());
  const { port } = holder.address() as net.AddressInfo;
  const isExpected =
    (code: string) =>
    (thrown: unknown): boolean =>
      thrown instanceof OneExtError && thrown.code === code && thrown.hint !== '';
  await assert.rejects(startGatheringWebServer(options({ port })), isExpected('LISTEN_FAILED'));
  const { server } = options();
  const webConfigFile = path.join(repositoryPath('package.json'));
  await assert.rejects(
    startGatheringWebServer(options({ server: { ...server, webConfigFile } })),
    isExpected('WEB_CONFIG_INVALID'),
  );
});

test('it reads its configuration again, and ends', async () => {
  const server = await startGatheringWebServer(options());
  await server.reload();
  assert.equal(await ask(`${server.urls[0]}/other`, 'x'), '/other x\n');
  await server.close(1000);
  await assert.rejects(fetch(`${server.urls[0]}/other`));
});

/** The thread of dist, but for one fault: it fails when it is to send an answer that holds "fail". */
const programThatFails = (t: TestContext): string => {
  const folder = temporaryFolder(t);
  const thread = `require('node:worker_threads').parentPort.on('message', (order) => {
  if (JSON.stringify(order).includes('fail')) throw new Error('planted');
});
require(${JSON.stringify(repositoryPath('dist/web-thread.js'))});\n`;
  writeFileSync(path.join(folder, 'web-thread.js'), thread);
  return path.join(folder, 'program');
};

test('a thread that ends is told in the log, and another takes its place and its port', async (t) => {
  const lines: string[] = [];
  const states: boolean[] = [];
  const events = new EventEmitter();
  const server = await startGatheringWebServer(
    options({
      server: { ...options().server, programFile: programThatFails(t) },
      onUp: (isUp) => {
        states.push(isUp);
        if (isUp) events.emit('up');
      },
      log: {
        ...options().log,
        error: (message, fields) => lines.push(`${message}: ${fields?.['error']}`),
      },
    }),
  );
  t.after(() => server.close(0));
  const url = `${server.urls[0]}/name`;
  for (const round of [1, 2]) {
    const up = once(events, 'up');
    await assert.rejects(ask(url, 'fail'));
    await server.reload();
    await up;
    assert.equal(await ask(url, `n${round}`), `/name n${round}\n`);
  }
  assert.deepEqual(states, [true, false, true, false, true]);
  assert.deepEqual(
    lines,
    Array(2).fill('the thread of a web server has ended; it is started again: planted'),
  );
});

test('it ends while a new thread is waited for', async (t) => {
  const events = new EventEmitter();
  const down = once(events, 'down');
  const server = await startGatheringWebServer(
    options({
      server: { ...options().server, programFile: programThatFails(t) },
      onUp: (isUp) => void (isUp || events.emit('down')),
    }),
  );
  await assert.rejects(ask(`${server.urls[0]}/name`, 'fail'));
  await down;
  await server.close(1000);
  await assert.rejects(ask(`${server.urls[0]}/name`, 'x'));
});
