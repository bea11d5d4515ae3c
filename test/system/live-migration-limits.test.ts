/** Every wait of a migration ends at its own limit; what was made is removed, and the guest runs on. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { startMigrationLab, until } from '../../simulator/migration-lab/lab.ts';
import { assertClean, assertRetryWorks, endOf, hang, lastLine } from '../support/migration-outcomes.ts';

test('A4-a step that never ends, on either host: it ends at tunnel.step-timeout, and nothing is left', async (t) => {
  const lab = startMigrationLab(t);
  await lab.startGuest({ host: 'hostA', id: 42, fillMib: 8 });
  const cases = [
    ['hostB', '/usr/sbin/ip', '*link*set*omig*', '--tunnel.type=kernel'],
    ['hostA', '/usr/sbin/ip', '*address*add*omig*', '--tunnel.type=kernel'],
    ['hostA', '/usr/bin/ovs-vsctl', '*add-br*', '--tunnel.type=openvswitch'],
    ['hostB', '/usr/bin/ovs-vsctl', '*add-br*', '--tunnel.type=openvswitch'],
  ] as const;
  for (const [host, program, pattern, flag] of cases) {
    const letGo = hang(lab, host, program, pattern);
    const migration = lab.startMigration(42, 'hostA', 'hostB', [flag, '--tunnel.step-timeout=2s']);
    assert.equal(await endOf(migration, 30_000), 1, migration.output().stderr);
    assert.match(lastLine(migration), /failed: no end within tunnel\.step-timeout=2000 ms/);
    letGo();
    assert.deepEqual(lab.whereIs(42), ['hostA']);
    assertClean(lab);
  }
});

test('A4-asked to end while a step hangs: it ends at the limit of the step', async (t) => {
  const lab = startMigrationLab(t, { openVswitch: false });
  await lab.startGuest({ host: 'hostA', id: 42, fillMib: 8 });
  hang(lab, 'hostB', '/usr/sbin/ip', '*link*set*omig*');
  const migration = lab.startMigration(42, 'hostA', 'hostB', ['--tunnel.step-timeout=4s']);
  await until('hostB has its end', () => lab.leftOn('hostB').some((line) => line.startsWith('omig42')));
  lab.root('frontend', 'pkill', '-TERM', '-f', 'vmm/kvm/migrate_tunnel');
  assert.notEqual(await endOf(migration, 30_000), 0);
  assertClean(lab);
  assert.deepEqual(lab.whereIs(42), ['hostA']);
});

test('A4-questions and removals that never end: oneext tunnel and the undo end at their limits', async (t) => {
  const lab = startMigrationLab(t, { openVswitch: false });
  await lab.startGuest({ host: 'hostA', id: 42, fillMib: 8 });
  const letAsk = hang(lab, 'hostB', '/usr/sbin/ip', '*-details*');
  const asked = lab.startMigration(42, 'hostA', 'hostB', ['--tunnel.step-timeout=2s']);
  assert.equal(await endOf(asked, 30_000), 1);
  assert.match(lastLine(asked), /on hostB failed: no end within tunnel\.step-timeout=2000 ms/);
  letAsk();
  const letRemove = hang(lab, 'hostB', '/usr/sbin/ip', '*link*delete*');
  const removed = lab.startMigration(42, 'hostA', 'hostB', ['--tunnel.step-timeout=2s']);
  assert.equal(await endOf(removed), 0, removed.output().stderr);
  assert.match(
    removed.output().stderr,
    /WARN: .*omig42 on hostB failed: no end .*oneext tunnel clean removes/,
  );
  letRemove();
  assert.deepEqual(lab.whereIs(42), ['hostB']);
});

test('C11-nothing can be written below /var/tmp: the driver is not started', async (t) => {
  const lab = startMigrationLab(t, { openVswitch: false });
  await lab.startGuest({ host: 'hostA', id: 42, fillMib: 8 });
  const fill = 'mount -o remount,size=64k /var/tmp; cat /dev/zero > /var/tmp/full 2> /dev/null; true';
  for (const [breakIt, mendIt] of [
    [fill, 'rm /var/tmp/full; mount -o remount,size=50% /var/tmp'],
    ['mount -o remount,ro /var/tmp', 'mount -o remount,rw /var/tmp'],
    ['chmod 755 /var/tmp', 'chmod 1777 /var/tmp'],
  ] as const) {
    lab.root('hostA', 'sh', '-c', breakIt);
    const migration = lab.startMigration(42, 'hostA', 'hostB');
    assert.equal(await endOf(migration), 1, migration.output().stderr);
    assert.match(
      lastLine(migration),
      /could not be started on hostA: the files of a migration cannot be written/,
    );
    lab.root('hostA', 'sh', '-c', mendIt);
    assert.deepEqual(lab.whereIs(42), ['hostA']);
    assertClean(lab);
  }
  await assertRetryWorks(lab, 42);
});

test('A4-the script on the source hangs in its file system: the migration ends at tunnel.step-timeout', async (t) => {
  const lab = startMigrationLab(t, { openVswitch: false });
  await lab.startGuest({ host: 'hostA', id: 42, fillMib: 8 });
  const letGo = hang(lab, 'hostA', '/usr/bin/mktemp', '*oneext-migrate*');
  const migration = lab.startMigration(42, 'hostA', 'hostB', ['--tunnel.step-timeout=3s']);
  assert.equal(await endOf(migration), 1, migration.output().stderr);
  assert.match(lastLine(migration), /the session on hostA broke off .*: the VM still runs on hostA/);
  letGo();
  assertClean(lab);
  await assertRetryWorks(lab, 42);
});
