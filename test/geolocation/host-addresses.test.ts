import assert from 'node:assert/strict';
import test from 'node:test';
import { parseHostAddresses } from '../../geolocation/host-addresses.ts';

test('every address of every interface, peers and empty entries aside', () => {
  const output = JSON.stringify([
    {},
    {
      ifname: 'lo',
      addr_info: [
        { family: 'inet', local: '127.0.0.1' },
        { family: 'inet6', local: '::1' },
      ],
    },
    { ifname: 'tun0', addr_info: [{ family: 'inet', local: '10.8.0.1', address: '8.8.8.8' }, {}] },
    { ifname: 'eno1' },
    { ifname: 'br0', addr_info: [{ local: '8.8.4.4', scope: 'global' }, { local: 5 }] },
  ]);
  assert.deepEqual(parseHostAddresses(output), ['127.0.0.1', '::1', '10.8.0.1', '8.8.4.4']);
  assert.deepEqual(parseHostAddresses('[]'), []);
});

test('what ip does not write is no list', () => {
  for (const output of ['', 'Welcome!\n[]', '{}', 'null', '[{"addr_info":', '"x"']) {
    assert.equal(parseHostAddresses(output), undefined, output);
  }
});
