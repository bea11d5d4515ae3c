import assert from 'node:assert/strict';
import net, { type AddressInfo } from 'node:net';
import test from 'node:test';
import { probe } from '../../../prometheus-patches/io/probe.ts';
import { closedPort } from '../../support/raw-server.ts';

test('what takes a connection answers, by IPv4, IPv6 and name; what does not, not', async (t) => {
  const server = net.createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '::', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const closed = await closedPort();
  const places = [
    ...['127.0.0.1', '::1', 'localhost'].map((host) => ({ host, port })),
    { host: '127.0.0.1', port: closed },
    { host: 'kvm1.invalid', port },
  ];
  const reachable = await probe(places, 2000);
  assert.deepEqual([...reachable].sort(), [`127.0.0.1:${port}`, `[::1]:${port}`, `localhost:${port}`].sort());
});
