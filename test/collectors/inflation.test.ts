import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Claim, isInflated } from '../../collectors/inflation.ts';

/** The made host of 16 CPUs with one VM, whose two CPUs are busy. */
const lone: Claim = {
  power: 8.8e6,
  hostPower: 70.1e6,
  host: { cpuTotal: 1600 },
  vm: { vcpus: 2, hasVcpus: true },
  monitoredCpus: undefined,
};

test('1-inflated: one VM with the power of the whole host has more virtual CPUs than it has', () => {
  assert.equal(isInflated(lone), false);
  assert.equal(isInflated({ ...lone, power: 70.1e6 }), true);
  assert.equal(isInflated({ ...lone, power: 10.9e6 }), false, 'within a quarter');
  assert.equal(isInflated({ ...lone, power: 11e6 }), true);
});

test('1-inflated: an idle VM of 0.25 W that is read as 4 to 14 W is seen by its CPU alone', () => {
  const idle = { ...lone, hostPower: 108e6, host: { cpuTotal: 200 }, vm: { vcpus: 1, hasVcpus: true } };
  for (const power of [4e6, 14e6]) {
    assert.equal(isInflated({ ...idle, power }), false);
    assert.equal(isInflated({ ...idle, power, monitoredCpus: 0.005 }), true);
  }
  assert.equal(isInflated({ ...idle, power: 0.25e6, monitoredCpus: 0.005 }), false);
  assert.equal(isInflated({ ...idle, power: 0.25e6, monitoredCpus: 0 }), false, 'within the slack');
});

test('threads for I/O may keep more CPUs busy than the VM has, if the monitoring has seen them too', () => {
  assert.equal(isInflated({ ...lone, power: 15e6, monitoredCpus: 3.4 }), false);
  assert.equal(isInflated({ ...lone, power: 15e6, monitoredCpus: 0.1 }), true);
});

test('what is not known cannot convict: the host or its CPUs, and less where the driver chooses VCPU', () => {
  const claim = { ...lone, power: 70e6 };
  assert.equal(isInflated({ ...claim, hostPower: undefined }), false);
  assert.equal(isInflated({ ...claim, host: undefined }), false);
  assert.equal(isInflated({ ...claim, host: { cpuTotal: 0 } }), false);
  assert.equal(isInflated({ ...claim, vm: { vcpus: undefined, hasVcpus: true } }), false);
  assert.equal(isInflated({ ...claim, vm: { vcpus: 1, hasVcpus: false } }), true);
  assert.equal(isInflated({ ...lone, power: 9e6, vm: { vcpus: 1, hasVcpus: false } }), false);
});

test('law: what is believed is not more than the VM can have used, and the truth is always believed', () => {
  const cpus = fc.double({ min: 0, max: 64, noNaN: true });
  fc.assert(
    fc.property(cpus, cpus, fc.double({ min: 1, max: 1e9, noNaN: true }), (busy, claimed, hostPower) => {
      const power = (claimed / 64) * hostPower;
      const claim = { ...lone, host: { cpuTotal: 6400 }, hostPower, power, monitoredCpus: busy };
      if (!isInflated(claim)) assert.ok(claimed <= busy * 1.5 + 0.051);
      if (claimed <= busy) assert.equal(isInflated(claim), false);
    }),
  );
});
