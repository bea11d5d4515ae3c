/** Live migrations of real guests between real hypervisors, each through a tunnel of its own. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import test from 'node:test';
import { type MigrationLab, startMigrationLab, ticksOn, until } from '../../simulator/migration-lab/lab.ts';
import { type CableBytes, readCableBytes } from '../support/pcap.ts';

const mebibyte = 1024 * 1024;

/** Captures the headers of what passes hostA's end of the cable. */
const startCapture = async (lab: MigrationLab): Promise<() => Promise<CableBytes>> => {
  const file = path.join(lab.state, 'cable.pcap');
  const tcpdump = ['tcpdump', '-i', 'oxm-hostA', '-nn', '-s', '160', '-B', '32768', '-w', file];
  const child = spawn('nsenter', ['-t', lab.pidOf('wire'), '-n', '--', ...tcpdump]);
  let said = '';
  child.stderr.on('data', (piece) => {
    said += piece;
  });
  await until('tcpdump listens', () => said.includes('listening'));
  // Ended at once, tcpdump drops what it has not read yet: on a busy machine these are megabytes.
  const hasCaughtUp = (): boolean => {
    const [, captured, received] =
      /(\d+) packets? captured, (\d+) packets? received[^\n]*\n$/.exec(said) ?? [];
    child.kill('SIGUSR1');
    return captured !== undefined && captured === received;
  };
  return async () => {
    await until('tcpdump has read all packets', hasCaughtUp);
    const ended = once(child, 'close');
    child.kill('SIGINT');
    await ended;
    assert.match(said, /\b0 packets dropped by kernel/);
    return readCableBytes(file);
  };
};

const assertClean = (lab: MigrationLab): void => {
  for (const host of lab.hosts) assert.deepEqual(lab.leftOn(host), [], `left on ${host}`);
};

for (const kind of ['openvswitch', 'kernel'] as const) {
  test(`a guest's memory goes through the tunnel, and nowhere else: ${kind}`, async (t) => {
    const lab = startMigrationLab(t, { openVswitch: kind === 'openvswitch' });
    await lab.startGuest({ host: 'hostA', id: 42 });
    const stopCapture = await startCapture(lab);
    const migration = lab.startMigration(42, 'hostA', 'hostB');
    assert.equal(await migration.ended, 0, migration.output().stderr);
    assert.equal(migration.output().stdout, '');
    assert.match(migration.output().stderr, new RegExp(`tunnel omig42 \\(${kind}, `));
    assert.deepEqual(lab.whereIs(42), ['hostB']);
    assert.ok(await ticksOn(lab, 42), 'it was booted again');
    const bytes = await stopCapture();
    assert.ok(bytes.vxlan > 96 * mebibyte, `${bytes.vxlan} bytes of VXLAN are not its memory`);
    assert.equal(bytes.migration, 0, 'memory beside the tunnel');
    assert.ok(bytes.other < mebibyte, `${bytes.other} bytes beside the tunnel`);
    assertClean(lab);
  });
}

test('disks that only the source has go through the tunnel too', async (t) => {
  const lab = startMigrationLab(t);
  await lab.startGuest({ host: 'hostA', id: 42, isLocal: true, fillMib: 32 });
  const stopCapture = await startCapture(lab);
  const migration = lab.startMigration(42, 'hostA', 'hostB');
  assert.equal(await migration.ended, 0, migration.output().stderr);
  assert.deepEqual(lab.whereIs(42), ['hostB']);
  assert.ok(await ticksOn(lab, 42), 'it was booted again');
  const bytes = await stopCapture();
  assert.ok(bytes.vxlan > 32 * mebibyte);
  assert.equal(bytes.migration, 0);
  assert.ok(bytes.other < mebibyte);
  const sectorOf = (host: string): string =>
    lab.root(host, 'sh', '-c', 'head -c 512 /var/lib/one/local/42/disk.0 | sha256sum');
  assert.equal(sectorOf('hostB'), sectorOf('hostA'), 'the disk came whole');
  assertClean(lab);
});

test('three at once: both ways between two hosts, and to a third', async (t) => {
  const lab = startMigrationLab(t, { hosts: ['hostA', 'hostB', 'hostC'], openVswitch: false });
  const moves = [
    [42, 'hostA', 'hostB'],
    [43, 'hostB', 'hostA'],
    [44, 'hostA', 'hostC'],
  ] as const;
  for (const [id, host] of moves) await lab.startGuest({ host, id, fillMib: 32 });
  const migrations = moves.map(([id, source, destination]) => lab.startMigration(id, source, destination));
  for (const migration of migrations) assert.equal(await migration.ended, 0, migration.output().stderr);
  for (const [id, , destination] of moves) {
    assert.deepEqual(lab.whereIs(id), [destination]);
    assert.ok(await ticksOn(lab, id), `${id} was booted again`);
  }
  assertClean(lab);
});

test('source and destination are one host: the guest runs on, untouched', async (t) => {
  const lab = startMigrationLab(t, { openVswitch: false });
  await lab.startGuest({ host: 'hostA', id: 42, fillMib: 8 });
  const migration = lab.startMigration(42, 'hostA', 'hostA');
  assert.equal(await migration.ended, 0, migration.output().stderr);
  assert.match(migration.output().stderr, /storage of one-42 alone/);
  assert.deepEqual(lab.whereIs(42), ['hostA']);
  assert.ok(await ticksOn(lab, 42), 'it was booted again');
  assertClean(lab);
});
