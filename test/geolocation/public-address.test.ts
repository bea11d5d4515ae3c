import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { isPublicAddress, parseAddress, publicAddressesOf } from '../../geolocation/public-address.ts';

/**
 * The IANA registries of special-purpose addresses, 2025: what is not globally reachable there, and what is
 * reachable but belongs to a service and no place (6to4 relays, AS112, AMT, ORCHID).
 */
const special = [
  ['0.0.0.0', '0.1.2.3', '10.0.0.1', '10.255.255.255', '100.64.0.1', '100.127.255.255', '127.0.0.1'],
  ['127.10.0.2', '169.254.0.1', '172.16.0.1', '172.31.255.255', '192.0.0.1', '192.0.2.1', '192.88.99.1'],
  ['192.168.0.1', '198.18.0.1', '198.19.255.255', '198.51.100.7', '203.0.113.9', '224.0.0.1', '239.1.1.1'],
  ['240.0.0.1', '255.255.255.255', '::', '::1', '::ffff:10.0.0.1', '64:ff9b::1.2.3.4', '64:ff9b:1::1'],
  ['100::1', '2001::1', '2001:2::1', '2001:10::1', '2001:20::1', '2001:db8::1', '2002:c000:204::1'],
  ['3fff::1', '5f00::1', 'fc00::1', 'fd00:10::2', 'fe80::1', 'fec0::1', 'ff02::1', '4000::1', '8000::1'],
].flat();
const global = [
  ['1.1.1.1', '8.8.8.8', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '172.15.255.255'],
  ['172.32.0.0', '192.0.1.0', '192.167.255.255', '192.169.0.0', '198.17.255.255', '198.20.0.0'],
  ['223.255.255.255', '2001:4860:4860::8888', '2a00:1450::1', '2606:4700::1111', '2003::1'],
].flat();

test('public is what the IANA registries let be reached from everywhere', () => {
  for (const address of special) assert.equal(isPublicAddress(address), false, address);
  for (const address of global) assert.equal(isPublicAddress(address), true, address);
});

test('what is no address is neither public nor parsed', () => {
  const texts = [
    '',
    'kvm1',
    '1.2.3',
    '1.2.3.4.5',
    '010.8.8.8.8',
    '0x8.8.8.8',
    '256.1.1.1',
    '8.8.8.8/24',
    ':::',
    '1::2::3',
  ];
  for (const text of texts) {
    assert.equal(parseAddress(text), undefined, text);
    assert.equal(isPublicAddress(text), false, text);
  }
});

test('an IPv4 address that is mapped into IPv6 is the IPv4 address', () => {
  assert.equal(parseAddress('::ffff:8.8.8.8'), '8.8.8.8');
  assert.deepEqual(publicAddressesOf(['::FFFF:8.8.8.8', '8.8.8.8']), ['8.8.8.8']);
  assert.equal(parseAddress('2A00:1450:0:0::1'), '2a00:1450::1');
});

test('the same set of addresses gives the same list, IPv4 first, each once', () => {
  assert.deepEqual(publicAddressesOf(['2a00::1', '9.9.9.9', '8.8.8.8', '10.0.0.1', '100.0.0.1', '9.9.9.9']), [
    '8.8.8.8',
    '9.9.9.9',
    '100.0.0.1',
    '2a00::1',
  ]);
  const addresses = fc.array(fc.oneof(fc.ipV4(), fc.ipV6()), { maxLength: 12 });
  fc.assert(
    fc.property(addresses, fc.infiniteStream(fc.nat()), (list, randoms) => {
      const shuffled = list
        .map((address) => [randoms.next().value, address] as const)
        .sort(([a], [b]) => a - b)
        .map(([, address]) => address);
      const found = publicAddressesOf(list);
      assert.deepEqual(publicAddressesOf([...shuffled, ...list]), found);
      assert.ok(found.every(isPublicAddress));
    }),
  );
});
