/** Parts of a migration are killed on the source: what oned gets is what is true of the guest, and nothing is left. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type MigrationLab, startMigrationLab } from '../../simulator/migration-lab/lab.ts';
import {
  assertAtSource,
  assertClean,
  assertRetryWorks,
  endOf,
  lastLine,
  startMoving,
} from '../support/migration-outcomes.ts';

const startLab = async (t: Parameters<typeof startMigrationLab>[0]): Promise<MigrationLab> => {
  const lab = startMigrationLab(t, { rate: '100mbit', openVswitch: false });
  await lab.startGuest({ host: 'hostA', id: 42 });
  return lab;
};

test('A5-the guard is killed: the migration is aborted, and the guest is known to be at the source', async (t) => {
  const lab = await startLab(t);
  const migration = await startMoving(lab, 42);
  lab.root('hostA', 'pkill', '-KILL', '-f', '^sh -c shim=');
  assert.equal(await endOf(migration), 1, migration.output().stderr);
  assert.match(lastLine(migration), /the session on hostA broke off .*, .*: the VM still runs on hostA/);
  await assertAtSource(lab, 42);
  assertClean(lab);
  await assertRetryWorks(lab, 42);
});

test('C14-the driver is killed, as the OOM killer does: the message tells it, and where the guest runs', async (t) => {
  const lab = await startLab(t);
  const migration = await startMoving(lab, 42);
  lab.root('hostA', 'pkill', '-KILL', '-f', '^/bin/bash /var/tmp/one/vmm/kvm/migrate');
  assert.equal(await endOf(migration), 137, migration.output().stderr);
  assert.match(migration.output().stderr, /WARN: .*the driver was killed by signal 9 on hostA/);
  assert.match(migration.output().stderr, /WARN: .*one-42 runs on hostA/);
  await assertAtSource(lab, 42);
  assertClean(lab);
});
