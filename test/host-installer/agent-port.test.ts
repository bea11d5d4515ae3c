/** A7: what the port of an agent is, seen from the front-end. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import test from 'node:test';
import { judgePort, type PortAnswer, portOfAgent } from '../../host-installer/agent-port.ts';
import { tryPort } from '../../host-installer/io/try-port.ts';

test('A7-where the agent is asked from the front-end: its address, its name where it listens on all, never a loopback', () => {
  const places = [
    ['http://192.0.2.7:8080/metrics', { host: '192.0.2.7', port: 8080 }],
    ['http://[2001:db8::7]:9100/metrics', { host: '2001:db8::7', port: 9100 }],
    ['http://0.0.0.0:8080/metrics', { host: 'kvm1', port: 8080 }],
    ['http://[::]:8080/metrics', { host: 'kvm1', port: 8080 }],
    ['http://192.0.2.7:80/metrics', { host: '192.0.2.7', port: 80 }],
    ['http://127.0.0.1:8080/metrics', undefined],
    ['http://[::1]:8080/metrics', undefined],
    ['http://somewhere.example.org:8080/metrics', undefined],
    ['nonsense', undefined],
    [undefined, undefined],
  ] as const;
  for (const [listens, place] of places)
    assert.deepEqual(portOfAgent(listens === undefined ? {} : { listens }, 'kvm1'), place, listens);
});

const open: PortAnswer = { isOpen: true, detail: '', from: '192.0.2.10' };
const silent: PortAnswer = { isOpen: false, detail: 'no answer within 4 s', from: '192.0.2.10' };
const judge = (allowed: string, answer: PortAnswer): string =>
  judgePort({ listens: 'http://192.0.2.7:8080/metrics', allowed }, answer);

test('A7-an open port is right where --allow names the front-end, or nobody', () => {
  for (const allowed of [
    'everyone that reaches it',
    'unknown',
    '192.0.2.10',
    '192.0.2.0/24',
    '2001:db8::1,192.0.2.8/29',
  ])
    assert.equal(judge(allowed, open), '', allowed);
  for (const allowed of ['192.0.2.11', '10.0.0.0/8', '2001:db8::/32', '::/0'])
    assert.match(judge(allowed, open), /is open to this front-end \(192\.0\.2\.10\), although/, allowed);
});

test('A7-a closed port: whether --allow is why, or something between the two', () => {
  assert.match(judge('10.0.0.0/8', silent), /: --allow 10\.0\.0\.0\/8 does not name it$/);
  assert.match(judge('192.0.2.0/24', silent), /no answer within 4 s\): look for a firewall between the two$/);
  assert.match(judge('everyone that reaches it', silent), /look for a firewall/);
  assert.match(
    judge('10.0.0.0/8', { ...silent, from: undefined }),
    /of unknown address.*look for a firewall/,
  );
});

test('A7-a front-end that speaks IPv6, and one that is mapped into it', () => {
  assert.equal(judge('2001:db8::/32', { ...open, from: '2001:db8::10' }), '');
  assert.equal(judge('192.0.2.0/24', { ...open, from: '::ffff:192.0.2.10' }), '');
  assert.match(judge('192.0.2.0/24', { ...open, from: '2001:db8::10' }), /although/);
});

test('A7-a port that listens, and one that does not', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const place = { host: '127.0.0.1', port: address.port };
  assert.deepEqual(await tryPort(place), { isOpen: true, detail: '', from: '127.0.0.1' });
  await new Promise((resolve) => server.close(resolve));
  const detail = 'connect ECONNREFUSED 127.0.0.1:1';
  assert.deepEqual(await tryPort({ host: '127.0.0.1', port: 1 }), {
    isOpen: false,
    detail,
    from: '127.0.0.1',
  });
});
