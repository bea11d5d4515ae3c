/** migrate_tunnel ends before its migration does: by SIGKILL, or because oned gives up. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { startMigrationLab } from '../../simulator/migration-lab/lab.ts';
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

test('oneext tunnel lists what is left, and removes nothing else', (t) => {
  const lab = startMigrationLab(t);
  const oneext = (...argv: readonly string[]): string =>
    lab.run('frontend', 'oneadmin', [
      ...['/opt/node', '/opt/repository/dist/oneext', 'tunnel', ...argv],
      ...['--host', 'hostA', '--host', 'hostB'],
    ]);
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  const machineId = lab.run('frontend', 'oneadmin', ['cat', '/etc/machine-id']).trim();
  const machine = createHash('sha256')
    .update(`opennebula-extensions ${machineId}`)
    .digest('hex')
    .slice(0, 32);
  // Process 1 of the front-end started at some tick, which is not tick 1.
  const dead = `oneext 7 frontend ${machine} ${bootId} 1 1`;
  const elsewhere = `oneext 8 frontend ${'0'.repeat(32)} ${bootId} 1 1`;
  lab.root(
    'hostA',
    'ovs-vsctl',
    'add-br',
    'omig7',
    '--',
    'set',
    'Bridge',
    'omig7',
    'datapath_type=netdev',
    `external_ids:oneext-lease="${dead}"`,
  );
  for (const [device, vni, lease] of [
    ['omig8', '8', elsewhere],
    ['omig9', '9', ''],
    ['omig10', '10', dead],
  ] as const) {
    lab.root(
      'hostB',
      'ip',
      'link',
      'add',
      'name',
      device,
      'type',
      'vxlan',
      'id',
      vni,
      'remote',
      '10.77.0.9',
      'dstport',
      '4789',
    );
    if (lease !== '') lab.root('hostB', 'ip', 'link', 'set', 'dev', device, 'alias', lease);
  }
  lab.root('hostA', 'ip', 'address', 'add', '198.18.0.30/32', 'dev', 'lo', 'label', 'lo:omig7');
  assert.equal(
    oneext('list'),
    [
      'hostA\tomig7\topenvswitch\tleftover\tfrontend:1',
      'hostA\tlo\t198.18.0.30\tleftover\t-',
      'hostB\tomig8\tkernel\tof another front-end\tfrontend:1',
      'hostB\tomig9\tkernel\twithout a lease\t-',
      'hostB\tomig10\tkernel\tleftover\tfrontend:1\n',
    ].join('\n'),
  );
  assert.match(oneext('clean'), /^hostA: .*198\.18\.0\.30.*\nhostA: .* del-br omig7\nhostB: .*omig10\n$/);
  assert.deepEqual(lab.leftOn('hostA'), []);
  assert.match(oneext('list'), /^hostB\tomig8.*\nhostB\tomig9.*\n$/);
  assert.match(oneext('clean', '--all'), /omig8\nhostB: .*omig9\n$/);
  assert.equal(oneext('list'), '');
  assert.throws(
    () => oneext('list', '--host', 'hostC', '--tunnel.ssh-timeout=2s'),
    /hostC cannot be reached/,
  );
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
