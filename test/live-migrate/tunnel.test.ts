import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { chooseTunnel } from '../../live-migrate/choose-tunnel.ts';
import type { HostNetwork } from '../../live-migrate/host-network.ts';
import { formatSudoers } from '../../live-migrate/sudoers.ts';
import {
  candidateOf,
  parseIpv4,
  resetLabelOf,
  vmIdOfDevice,
  vmIdOfResetLabel,
} from '../../live-migrate/tunnel.ts';

const vmIds = fc.integer({ min: 0, max: 99_999_999 });
const attempts = fc.integer({ min: 0, max: 63 });
const empty: HostNetwork = {
  mtuOf: new Map(),
  ranges: [],
  vnis: [],
  tunnels: [],
  resets: [],
  bridges: undefined,
};

test('law: names fit, the VNI has 24 bits, both addresses are in the network and are known again', () => {
  fc.assert(
    fc.property(vmIds, attempts, (vmId, attempt) => {
      const tunnel = candidateOf(vmId, attempt);
      const { device, port, vni, network, sourceAddress, destinationAddress, macs } = tunnel;
      assert.ok(device.length <= 15 && port.length <= 15);
      assert.equal(vmIdOfDevice(device), vmId);
      assert.ok(vni >= 0xc00000 && vni < 2 ** 24);
      const base = parseIpv4(network.replace('/30', '')) ?? Number.NaN;
      assert.equal(base % 4, 0);
      assert.deepEqual([sourceAddress, destinationAddress].map(parseIpv4), [base + 1, base + 2]);
      assert.ok([sourceAddress, destinationAddress].every((address) => /^198\.1[89]\./.test(address)));
      assert.ok(macs.every((mac) => /^02(:[0-9a-f]{2}){5}$/.test(mac)) && macs[0] !== macs[1]);
      assert.equal(vmIdOfResetLabel(resetLabelOf(vmId)), vmId);
      assert.ok(resetLabelOf(vmId).length <= 15);
    }),
  );
});

test('law: VMs less than 32768 apart have nothing in common', () => {
  fc.assert(
    fc.property(vmIds, fc.integer({ min: 1, max: 32767 }), (vmId, distance) => {
      const [one, other] = [candidateOf(vmId, 0), candidateOf(vmId + distance, 0)];
      assert.notEqual(one.vni, other.vni);
      assert.notEqual(one.network, other.network);
    }),
  );
});

test('what either host has already is left alone', () => {
  const [first, second, third] = [0, 1, 2].map((attempt) => candidateOf(42, attempt));
  const taken = (host: Partial<HostNetwork>): string =>
    chooseTunnel(42, [empty, { ...empty, ...host }]).network;
  assert.equal(taken({}), first?.network);
  assert.equal(taken({ vnis: [{ vni: first?.vni ?? 0, device: 'vxlan7' }] }), second?.network);
  assert.equal(taken({ vnis: [{ vni: first?.vni ?? 0, device: 'omig42' }] }), first?.network);
  for (const range of ['198.18.0.168/29', '198.18.0.169/32', '198.18.0.170', '198.18.0.160/27'])
    assert.equal(taken({ ranges: [{ range, device: 'eth1' }] }), second?.network, range);
  for (const range of ['0.0.0.0/0', '198.18.0.172/30', '10.0.0.0/8', 'fd00::/8'])
    assert.equal(taken({ ranges: [{ range, device: 'eth1' }] }), first?.network, range);
  const both = [first, second].map((one) => ({ range: one?.network ?? '', device: 'eth1' }));
  assert.equal(taken({ ranges: both }), third?.network);
});

test('a host that routes all of 198.18.0.0/15 gets no tunnel', () => {
  const host = { ...empty, ranges: [{ range: '198.18.0.0/15', device: 'eth1' }] };
  assert.throws(() => chooseTunnel(42, [host, empty]), { code: 'TUNNEL_NONE_FREE' });
});

/** A rule of sudoers as fnmatch(3) reads it, which has classes and no other pattern here. */
const rules = formatSudoers()
  .split('\n')
  .flatMap((line) => /^ {4}(\/usr\/sbin\/ip address .*?)(?:, \\)?$/.exec(line)?.[1] ?? [])
  .map((rule) => new RegExp(`^${rule.replaceAll('\\:', ':').replaceAll('.', '\\.')}$`));
const isPermitted = (command: string): boolean => rules.some((rule) => rule.test(command));

test('law: sudo permits the addresses of every tunnel', () => {
  assert.equal(rules.length, 72 + 2 * 72);
  fc.assert(
    fc.property(vmIds, attempts, (vmId, attempt) => {
      const { device, sourceAddress, destinationAddress } = candidateOf(vmId, attempt);
      for (const address of [sourceAddress, destinationAddress])
        assert.ok(isPermitted(`/usr/sbin/ip address add ${address}/30 dev ${device} noprefixroute`));
      for (const verb of ['add', 'delete'])
        assert.ok(
          isPermitted(
            `/usr/sbin/ip address ${verb} ${destinationAddress}/32 dev lo label ${resetLabelOf(vmId)}`,
          ),
        );
    }),
  );
});

test('sudo permits nothing wider', () => {
  for (const command of [
    'address add 198.18.0.1/30 dev eth0 noprefixroute',
    'address add 198.18.0.1/30 dev omig42',
    'address add 198.18.0.1/30 dev omig42 noprefixroute scope host',
    'address add 198.18.0.1/8 dev omig42 noprefixroute',
    'address add 192.168.0.1/30 dev omig42 noprefixroute',
    'address add 10.0.0.1/32 dev lo label lo:omig42',
    'address delete 198.18.0.1/32 dev lo',
    'address delete 127.0.0.1/8 dev lo',
    'address flush dev lo',
    '-batch /tmp/x',
  ])
    assert.ok(!isPermitted(`/usr/sbin/ip ${command}`), command);
  assert.doesNotMatch(formatSudoers().split('\n').slice(2).join('\n'), /\*|\?|!/);
});
