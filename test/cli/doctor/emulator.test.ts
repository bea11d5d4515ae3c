import assert from 'node:assert/strict';
import test from 'node:test';
import { judgeEmulator, parseEmulator } from '../../../cli/doctor/emulator.ts';

const judge = (
  emulator: string,
  missing: readonly number[] = [],
  agent = 'kepler',
  { version = '0.11.4', method = 'cpu_seconds' } = {},
) =>
  judgeEmulator({
    emulatorFile: 'vmm_exec_kvm.conf',
    emulator: { value: emulator },
    page: {
      agents: [{ hostId: 3, agent, version, reason: 'ok', method }],
      unmeasured: missing.map((hostId, vmId) => ({ vmId, hostId, reason: 'process_not_found' })),
    },
  });
const shown = (...given: Parameters<typeof judge>) =>
  judge(...given).map(({ level, message }) => `${level}: ${message}`);

test('EMULATOR matters where Kepler is the agent, and nowhere else', () => {
  assert.deepEqual(shown('/usr/bin/qemu-kvm-one', [3], 'scaphandre'), []);
});

test('an emulator that Kepler takes for no VM is named where VMs are missing on its hosts', () => {
  const verdict = judge('/usr/bin/qemu-kvm-one', [3, 3, 4])[0];
  assert.equal(
    verdict?.message,
    'EMULATOR is /usr/bin/qemu-kvm-one, which Kepler takes for no VM: 2 VMs on hosts with Kepler are not measured',
  );
  assert.match(
    verdict.next ?? '',
    /host\.sh --agent kepler .* takes effect when a VM is started the next time/,
  );
  assert.deepEqual(shown('', [4]), [
    'ok: EMULATOR is /usr/bin/qemu-kvm-one; the pages of Kepler tell which process is which VM',
  ]);
});

test('an emulator that Kepler knows takes effect at the next start of a VM', () => {
  assert.deepEqual(shown('/usr/libexec/qemu-kvm'), [
    'ok: EMULATOR is /usr/libexec/qemu-kvm, which Kepler takes for a VM',
  ]);
  const [verdict] = judge('/usr/bin/qemu-system-x86_64', [3]);
  assert.equal(verdict?.level, 'warning');
  assert.match(verdict.next ?? '', /when a VM is started the next time/);
});

test('what Kepler 0.10 does not know, and a Kepler that sees no VM at all', () => {
  assert.deepEqual(shown('/usr/libexec/qemu-kvm', [3], 'kepler', { version: 'v0.10.2' }), [
    'warning: EMULATOR is /usr/libexec/qemu-kvm, which Kepler takes for no VM: 1 VM on a host with Kepler is not measured',
  ]);
  assert.deepEqual(shown('', [], 'kepler', { method: 'opennebula_cpu' }), [
    'warning: EMULATOR is /usr/bin/qemu-kvm-one, which Kepler takes for no VM: 1 host with Kepler estimates the power of VMs',
  ]);
});

test('the last EMULATOR counts, with or without quotes; a comment does not', () => {
  assert.equal(parseEmulator('# EMULATOR = /usr/bin/a\n'), '');
  assert.equal(
    parseEmulator('EMULATOR = /usr/bin/a\n EMULATOR="/usr/libexec/qemu-kvm" # EL\n'),
    '/usr/libexec/qemu-kvm',
  );
  assert.equal(parseEmulator('FEATURES = [ ACPI = "no" ]\n'), '');
});
