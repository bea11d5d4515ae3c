import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { attributeEnergy } from '../../power-agent/attribute.ts';

const seconds = fc.double({ min: 0, max: 1e6, noNaN: true });

test('VMs, other processes and idle CPUs get just the energy of the host, whatever was read', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.array(seconds, { maxLength: 500 }),
      seconds,
      seconds,
      (joules, ofVms, busySeconds, capacitySeconds) => {
        const vmSeconds = new Map(ofVms.map((used, at) => [String(at), used]));
        const { vms, other, idle } = attributeEnergy({ joules, vmSeconds, busySeconds, capacitySeconds });
        const sum = [...vms.values()].reduce((all, share) => all + share, other + idle);
        assert.ok(Math.abs(sum - joules) <= 1e-6 * Math.max(1, joules), `${sum} of ${joules}`);
        for (const share of [...vms.values(), other, idle]) assert.ok(share >= 0, `${share}`);
      },
    ),
  );
});

test('a VM gets its part of the capacity, and what no VM used is of others and of idle CPUs', () => {
  const use = { joules: 100, vmSeconds: new Map([['one-1', 4]]), busySeconds: 8, capacitySeconds: 16 };
  assert.deepEqual(attributeEnergy(use), { vms: new Map([['one-1', 25]]), other: 25, idle: 50 });
});

test('VMs that seem to use more than all CPUs share what there was', () => {
  const use = {
    joules: 100,
    vmSeconds: new Map([
      ['one-1', 15],
      ['one-2', 5],
    ]),
    busySeconds: 16,
    capacitySeconds: 16,
  };
  assert.deepEqual(attributeEnergy(use), {
    vms: new Map([
      ['one-1', 75],
      ['one-2', 25],
    ]),
    other: 0,
    idle: 0,
  });
});

test('VMs that seem to use more than was busy leave nothing for others', () => {
  const use = { joules: 64, vmSeconds: new Map([['one-1', 4.01]]), busySeconds: 4, capacitySeconds: 16 };
  const { other, idle } = attributeEnergy(use);
  assert.equal(other, 0);
  assert.ok(idle > 47 && idle < 48);
});
