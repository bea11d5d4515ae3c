import assert from 'node:assert/strict';
import test from 'node:test';
import { bracketHost, isHostName } from '../../lib/host-name.ts';

test('names of hosts, and what ssh, a shell or a URL would take for something else', () => {
  for (const name of ['kvm1', 'kvm-1.example.org', '10.0.0.1', 'fe80::1%eth0', 'host_2', '::1'])
    assert.ok(isHostName(name), name);
  const unsafe = [
    '',
    '-oProxyCommand=x',
    'a b',
    'root@kvm1',
    'a;b',
    '$(x)',
    'a\nb',
    'ssh://a/b',
    "a'b",
    'a'.repeat(256),
    '%eth0',
    '.hidden',
  ];
  for (const name of unsafe) assert.ok(!isHostName(name), name);
});

test('only an address of IPv6 needs brackets', () => {
  for (const [host, shown] of [
    ['kvm1', 'kvm1'],
    ['10.0.0.1', '10.0.0.1'],
    ['::1', '[::1]'],
    ['', ''],
  ] as const)
    assert.equal(bracketHost(host), shown);
});
