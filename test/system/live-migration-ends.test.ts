/** migrate_tunnel ends before its migration does: by SIGKILL, or because oned gives up. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { startMigrationLab } from '../support/migration-lab.ts';
import { assertAtSource, assertRetryWorks, startMoving } from '../support/migration-outcomes.ts';

test('killed in mid-flight: the migration is aborted, the next run cleans up', async (t) => {
  const lab = startMigrationLab(t, { rate: '100mbit' });
  await lab.startGuest({ host: 'hostA', id: 42 });
  const migration = await startMoving(lab, 42);
  lab.root('frontend', 'pkill', '-KILL', '-f', 'vmm/kvm/migrate_tunnel');
  assert.notEqual(await migration.ended, 0);
  await assertAtSource(lab, 42);
  assert.match(lab.leftOn('hostA').join('\n'), /omig42/, 'there is something to clean up');
  await assertRetryWorks(lab, 42);
});

for (const signal of ['TERM', 'HUP']) {
  test(`asked to end in mid-flight (SIG${signal}): it cleans up itself`, async (t) => {
    const lab = startMigrationLab(t, { rate: '100mbit', openVswitch: false });
    await lab.startGuest({ host: 'hostA', id: 42 });
    const migration = await startMoving(lab, 42);
    lab.root('frontend', 'pkill', `-${signal}`, '-f', 'vmm/kvm/migrate_tunnel');
    assert.notEqual(await migration.ended, 0);
    assert.match(migration.output().stderr, /the front-end has gone or has asked to stop/);
    await assertAtSource(lab, 42);
    for (const host of lab.hosts) assert.deepEqual(lab.leftOn(host), []);
  });
}
