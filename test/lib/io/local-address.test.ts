import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import test from 'node:test';
import { createLocalFinder } from '../../../lib/io/local-address.ts';

test('this machine by its name, by loopback, by a name of loopback; others not', async () => {
  const local = ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', 'localhost', hostname()];
  const others = ['192.0.2.1', '2001:db8::1', 'kvm1.invalid'];
  const findLocal = createLocalFinder(() => performance.now(), new AbortController().signal);
  assert.deepEqual([...(await findLocal([...local, ...others]))].sort(), [...local].sort());
});
