/** The script that answers with Kepler's page and the pids of VMs, as systemd starts it: the connection is stdin and stdout. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { repositoryPath } from '../support/expected.ts';
import { temporaryFolder } from '../support/temporary.ts';

const kepler = async (t: TestContext, page: string, status = 200): Promise<string> => {
  const server = createServer((_, answer) => answer.writeHead(status).end(page));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
};

const ask = async (url: string, pidFiles: string, request = 'GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n') => {
  const script = repositoryPath('host-installer/kepler-page/serve-page.sh');
  const child = spawn('bash', [script, url, pidFiles], { stdio: ['pipe', 'pipe', 'inherit'] });
  const pieces: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  child.stdin.end(request);
  await once(child, 'close');
  const [head = '', ...body] = Buffer.concat(pieces).toString().split('\r\n\r\n');
  return { head: head.split('\r\n'), body: body.join('\r\n\r\n') };
};

const pidFiles = async (t: TestContext, files: Readonly<Record<string, string>>): Promise<string> => {
  const folder = path.join(temporaryFolder(t), 'qemu');
  await mkdir(folder);
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  return folder;
};

test('the page of Kepler comes whole, and a line for each VM of libvirt behind it', async (t) => {
  const page = `kepler_build_info 1\n${'# a long page\n'.repeat(20_000)}`;
  const folder = await pidFiles(t, {
    'one-524.pid': '4711',
    'one-7.pid': '12\n',
    'odd "name"\\.pid': '13',
    'one-8.pid': 'not a pid',
    'one-9.pid': '',
    'one-7.xml': '<domstatus/>',
  });
  const { head, body } = await ask(await kepler(t, page), folder);
  assert.equal(head[0], 'HTTP/1.1 200 OK');
  assert.ok(head.includes(`Content-Length: ${Buffer.byteLength(body)}`));
  assert.ok(body.startsWith(page));
  assert.deepEqual(body.slice(page.length).split('\n').slice(2), [
    'oneext_vm_process_info{domain="odd \\"name\\"\\\\",pid="13"} 1',
    'oneext_vm_process_info{domain="one-524",pid="4711"} 1',
    'oneext_vm_process_info{domain="one-7",pid="12"} 1',
    '',
  ]);
});

test('a hypervisor without VMs has a page without pids', async (t) => {
  const { head, body } = await ask(await kepler(t, 'kepler_build_info 1\n'), '/nonexistent');
  assert.equal(head[0], 'HTTP/1.1 200 OK');
  assert.doesNotMatch(body, /^oneext_vm_process_info/m);
});

test('where Kepler does not answer, or answers with an error, there is no page', async (t) => {
  for (const url of ['http://127.0.0.1:1/metrics', await kepler(t, 'kepler_build_info 1\n', 503)]) {
    const { head, body } = await ask(url, '/nonexistent');
    assert.equal(head[0], 'HTTP/1.1 502 Bad Gateway');
    assert.doesNotMatch(body, /kepler_/);
  }
});

test('a connection that ends before its request does gets no answer', async (t) => {
  const { head } = await ask(await kepler(t, 'kepler_build_info 1\n'), '/nonexistent', 'GET / HTTP/1.1\r\n');
  assert.deepEqual(head, ['']);
});
