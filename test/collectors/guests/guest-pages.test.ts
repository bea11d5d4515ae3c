/** What a VM is told: all that it is charged for, and nothing of what it has not. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { noAmounts, nobody, type VmAccount } from '../../../collectors/accounts/accounts.ts';
import { guestPages } from '../../../collectors/guests/guest-pages.ts';

const account: VmAccount = {
  ...nobody,
  ...noAmounts,
  own: 94_000_000,
  share: 312_117,
  hostId: 1,
  isRunning: true,
  isMigrating: false,
  seenAt: 0,
  settledAt: 0,
  power: { own: 12, share: 0.5 },
  gpuPower: undefined,
  gpuKnownAt: undefined,
};

const pageOf = (path: string, changes: Partial<VmAccount> = {}): string =>
  guestPages
    .get(path)
    ?.format({ vmId: 7, account: { ...account, ...changes }, watts: 12.5, wallMs: 1000 }, 15_000) ?? '';
const familiesOf = (page: string): readonly string[] => page.match(/(?<=^# TYPE )\S+/gm) ?? [];

test('energy is what the VM used, its share, and what its GPUs used, on each page', () => {
  for (const [changes, millijoules] of [
    [{}, 94_312_117],
    [{ gpu: 5_000_000, gpuMs: 1000 }, 99_312_117],
  ] as const) {
    assert.equal(pageOf('/energy_uj', changes), `${millijoules}000\n`);
    assert.equal(JSON.parse(pageOf('/power.json', changes)).joules, millijoules / 1000);
    assert.match(
      pageOf('/metrics', changes),
      new RegExp(`^opennebula_vm_energy_joules_total\\{one_vm_id="7"\\} ${millijoules / 1000}$`, 'm'),
    );
  }
  assert.equal(
    pageOf('/energy_uj', { own: Number.MAX_SAFE_INTEGER, share: 0 }),
    `${Number.MAX_SAFE_INTEGER}000\n`,
  );
});

test('a VM without a GPU is told nothing of GPUs', () => {
  const usual = [
    'opennebula_vm_energy_joules_total',
    'opennebula_vm_unmeasured_seconds_total',
    'opennebula_vm_power_watts',
  ];
  assert.deepEqual(familiesOf(pageOf('/metrics')), usual);
  const withGpu = pageOf('/metrics', { gpu: 1, gpuMs: 1, gpuPower: { watts: 3, atSeconds: 1 } });
  assert.ok(familiesOf(withGpu).includes('opennebula_vm_gpu_energy_joules_total'));
  assert.match(withGpu, /^opennebula_vm_power_watts\{one_vm_id="7",part="gpu"\} 3$/m);
});
