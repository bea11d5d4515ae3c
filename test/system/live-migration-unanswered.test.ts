/** libvirt on the destination does not answer: the migration ends, and it is said where the guest runs. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { startMigrationLab } from '../../simulator/migration-lab/lab.ts';
import { assertAtSource, assertClean, endOf, startMoving } from '../support/migration-outcomes.ts';

test("C12-the destination's libvirtd does not answer: the migration ends, and says where the guest runs", async (t) => {
  const lab = startMigrationLab(t, { rate: '100mbit', openVswitch: false });
  await lab.startGuest({ host: 'hostA', id: 42 });
  lab.root('hostB', 'pkill', '-STOP', '-x', 'libvirtd');
  const flags = ['--tunnel.stall-timeout=2s', '--tunnel.recovery-timeout=20s'];
  const before = lab.startMigration(42, 'hostA', 'hostB', flags);
  assert.notEqual(await endOf(before), 0);
  assert.match(before.output().stderr, /WARN: .*there was no progress for 8 s: the migration was aborted/);
  assert.match(before.output().stderr, /one-42 runs on hostA|the VM still runs on hostA/);
  lab.root('hostB', 'pkill', '-CONT', '-x', 'libvirtd');
  await assertAtSource(lab, 42);
  assertClean(lab);
  const during = await startMoving(lab, 42, ...flags);
  lab.root('hostB', 'pkill', '-STOP', '-x', 'libvirtd');
  assert.notEqual(await endOf(during), 0);
  lab.root('hostB', 'pkill', '-CONT', '-x', 'libvirtd');
  assertClean(lab);
});
