/** The front-end loses sight of a migration: what oned gets is what is true of the guest, and nothing is left. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { type MigrationLab, startMigrationLab, until } from '../../simulator/migration-lab/lab.ts';
import { assertClean, endOf, lastLine, startMoving } from '../support/migration-outcomes.ts';

const startLab = async (t: Parameters<typeof startMigrationLab>[0]): Promise<MigrationLab> => {
  const lab = startMigrationLab(t, { rate: '100mbit', openVswitch: false });
  await lab.startGuest({ host: 'hostA', id: 42 });
  return lab;
};
const cutFrontEnd = (lab: MigrationLab): void =>
  void lab.wire('ip', 'link', 'set', 'oxm-frontend', 'nomaster');
const mendFrontEnd = (lab: MigrationLab): void =>
  void lab.wire('ip', 'link', 'set', 'oxm-frontend', 'master', 'cable');
const hasMoved = (lab: MigrationLab): boolean => lab.whereIs(42).join() === 'hostB';
const isAskingAgain = (text: string): boolean => text.includes('asking both hosts where one-42 runs');

test('A5-the front-end is cut off until the guest has moved: the status is 0, and nothing is left', async (t) => {
  const lab = await startLab(t);
  const migration = await startMoving(lab, 42);
  cutFrontEnd(lab);
  await until('the guest has moved', () => hasMoved(lab), 60_000);
  await until('the loss is noticed', () => isAskingAgain(migration.output().stderr), 60_000);
  mendFrontEnd(lab);
  assert.equal(await endOf(migration), 0, migration.output().stderr);
  assert.match(migration.output().stderr, /WARN: .*one-42 runs on hostB: the migration counts as done/);
  assert.deepEqual(lab.whereIs(42), ['hostB']);
  assertClean(lab);
});

test('A5-the front-end is cut off and stays so: the message says that nobody knows', async (t) => {
  const lab = await startLab(t);
  const migration = await startMoving(lab, 42, '--tunnel.recovery-timeout=5s', '--tunnel.ssh-timeout=2s');
  cutFrontEnd(lab);
  assert.equal(await endOf(migration), 1, migration.output().stderr);
  assert.match(
    lastLine(migration),
    /it is not known where the VM runs \(hostA: no answer .*; hostB: no answer/,
  );
  assert.match(
    migration.output().stderr,
    /WARN: .* on hostA failed: .*; oneext tunnel clean removes what is left/,
  );
  mendFrontEnd(lab);
});

test('A5-the session of sshd on the source is frozen: the truth comes over another one', async (t) => {
  const lab = await startLab(t);
  const migration = await startMoving(lab, 42);
  lab.root('hostA', 'pkill', '-STOP', '-f', '^sshd: oneadmin');
  assert.equal(await endOf(migration), 0, migration.output().stderr);
  assert.match(migration.output().stderr, /WARN: .*the session broke off on hostA/);
  assert.deepEqual(lab.whereIs(42), ['hostB']);
  lab.root('hostA', 'pkill', '-CONT', '-f', '^sshd: oneadmin');
  await until('the sessions that were frozen have gone', () => lab.leftOn('hostA').length === 0);
  assertClean(lab);
});

test('B7-oned closes stderr in mid-flight: the migration goes on, and nothing is left', async (t) => {
  const lab = await startLab(t);
  const migration = await startMoving(lab, 42);
  migration.child.stderr?.destroy();
  migration.child.stdout?.destroy();
  assert.equal(await endOf(migration), 0);
  assert.deepEqual(lab.whereIs(42), ['hostB']);
  assertClean(lab);
});
