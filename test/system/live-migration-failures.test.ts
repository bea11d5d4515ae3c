/** Migrations that fail: the guest runs on at the source, the status says so, nothing is left, a retry works. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { startMigrationLab } from '../../simulator/migration-lab/lab.ts';
import {
  assertAtSource,
  assertRetryWorks,
  cutLink,
  endOf,
  lastLine,
  startMoving,
} from '../support/migration-outcomes.ts';

test('what can be known before: the guest is not touched, the last line says why, nothing is left', async (t) => {
  const lab = startMigrationLab(t);
  await lab.startGuest({ host: 'hostA', id: 42, fillMib: 8 });
  const migrateBadly = async (code: number, line: RegExp, ...flags: readonly string[]): Promise<void> => {
    const migration = lab.startMigration(42, 'hostA', 'hostB', flags);
    assert.equal(await migration.ended, code, migration.output().stderr);
    assert.equal(migration.output().stdout, '');
    assert.match(lastLine(migration), line);
    assert.deepEqual(lab.whereIs(42), ['hostA']);
    for (const host of lab.hosts) assert.deepEqual(lab.leftOn(host), []);
  };

  const rules = '/etc/sudoers.d/opennebula-extensions';
  lab.root('hostB', 'mv', rules, '/root/rules');
  await migrateBadly(
    77,
    /sudo on hostB does not permit sudo -n ip address add 198\.18\.0\.170\/30 dev omig42/,
  );
  lab.root('hostB', 'mv', '/root/rules', rules);

  lab.root('hostB', 'ovs-ofctl', 'add-flow', 'br-phy', 'priority=100,udp,tp_dst=4789,actions=drop');
  await migrateBadly(1, /UDP port 4789 seems to be closed between the two hosts/);
  lab.root('hostB', 'ovs-ofctl', '--strict', 'del-flows', 'br-phy', 'priority=100,udp,tp_dst=4789');

  cutLink(lab, 'on');
  await migrateBadly(1, /UDP port 4789 seems to be closed between the two hosts/);
  cutLink(lab, 'off');

  lab.root('hostA', 'ip', 'route', 'add', 'unreachable', '10.77.0.2/32');
  await migrateBadly(1, /ip -json route get 10\.77\.0\.2 on hostA failed/);
  lab.root('hostA', 'ip', 'route', 'delete', 'unreachable', '10.77.0.2/32');

  lab.wire('ip', 'link', 'set', 'oxm-hostB', 'nomaster');
  const down = lab.startMigration(42, 'hostA', 'hostB', ['--tunnel.ssh-timeout=2s']);
  assert.equal(await down.ended, 75);
  assert.match(lastLine(down), /^migrate_tunnel: hostB cannot be reached with ssh/);
  lab.wire('ip', 'link', 'set', 'oxm-hostB', 'master', 'cable');
  await assertRetryWorks(lab, 42);
});

for (const isLocal of [false, true]) {
  test(`the link is cut in mid-flight${isLocal ? ', with local disks' : ''}`, async (t) => {
    const lab = startMigrationLab(t, { rate: '100mbit' });
    await lab.startGuest({ host: 'hostA', id: 42, isLocal });
    const migration = await startMoving(lab, 42, '--tunnel.stall-timeout=5s');
    cutLink(lab, 'on');
    // Without its watchdog it hangs for a quarter of an hour.
    assert.notEqual(await endOf(migration, 60_000), 0);
    assert.match(migration.output().stderr, /there was no progress for 5 s: the migration was aborted/);
    assert.match(lastLine(migration), /^migrate_tunnel: the migration of one-42 from hostA to hostB failed/);
    await assertAtSource(lab, 42);
    for (const host of lab.hosts) assert.deepEqual(lab.leftOn(host), []);
    cutLink(lab, 'off');
    await assertRetryWorks(lab, 42);
  });
}
