import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import test from 'node:test';
import fc from 'fast-check';
import { formatMessages } from '../../../collectors/monitoring/messages.ts';
import type { VmValues } from '../../../collectors/monitoring/vm-values.ts';
import { readMonitorMessage } from '../../support/monitord.ts';

const values = (vmId: number, hostId: number, watts = 21.8): VmValues => ({
  vmId,
  hostId,
  attributes: { POWER: String(watts), ENERGY: '1234.5', POWER_TIME: '1795863600' },
});

test('one message for each host, at time 0, with all of its VMs', () => {
  const messages = formatMessages([values(7, 3), values(8, 4), values(9, 3, 0.25)]).map((one) =>
    readMonitorMessage(one),
  );
  assert.deepEqual(
    messages.map(({ kind, hostId, timestamp, vms }) => ({ kind, hostId, timestamp, ids: [...vms.keys()] })),
    [
      { kind: 'MONITOR_VM', hostId: 3, timestamp: 0, ids: [7, 9] },
      { kind: 'MONITOR_VM', hostId: 4, timestamp: 0, ids: [8] },
    ],
  );
  assert.deepEqual(messages[0]?.vms.get(9), { POWER: '0.25', ENERGY: '1234.5', POWER_TIME: '1795863600' });
});

test('law: every VM arrives once, in datagrams that monitord can read, encrypted or not', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const vm = fc.record({ hostId: fc.nat(2), watts: fc.double({ min: 0, max: 1e4, noNaN: true }) });
  fc.assert(
    fc.property(fc.array(vm, { maxLength: 1500 }), fc.boolean(), (vms, isEncrypted) => {
      const given = vms.map(({ hostId, watts }, vmId) => values(vmId, hostId, watts));
      const read = formatMessages(given, isEncrypted ? publicKey : undefined).map((one) =>
        readMonitorMessage(one, isEncrypted ? privateKey : undefined),
      );
      assert.ok(read.every(({ bytes }) => bytes <= 65_000));
      const arrived = read.flatMap(({ hostId, vms: some }) =>
        [...some].map(([vmId, { POWER: power = '' }]) => ({ vmId, hostId, power })),
      );
      assert.deepEqual(
        arrived.sort((a, b) => a.vmId - b.vmId),
        given.map(({ vmId, hostId, attributes }) => ({ vmId, hostId, power: attributes.POWER })),
      );
    }),
    { numRuns: 20 },
  );
});
