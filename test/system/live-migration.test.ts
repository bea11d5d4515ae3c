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

test('the counter that a guest reads goes on where its VM migrates to', async (t) => {
  const lab = startMigrationLab(t);
  const folder = '/var/lib/libvirt/scaphandre';
  const hook = '/etc/libvirt/hooks/qemu.d/opennebula-guest-tree';
  for (const [at, host] of lab.hosts.entries()) {
    lab.root(host, 'install', '-D', '/opt/repository/host-installer/libvirt/guest-tree.sh', hook);
    const agent = `/opt/node /opt/repository/dist/opennebula-power-agent --web.listen-address=10.77.0.${at + 1}:8080`;
    const meter = '--meter=model --model.idle-watts=60 --model.max-watts=140';
    const start = `mkdir -p ${folder}; setsid ${agent} ${meter} --guest-trees=${folder} > /tmp/agent.log 2>&1 < /dev/null &`;
    lab.root(host, 'sh', '-c', start);
  }
  const counterOn = (host: string): number =>
    Number(lab.root(host, 'cat', `${folder}/one-42/class/powercap/intel-rapl:0/energy_uj`));
  await lab.startGuest({ host: 'hostA', id: 42 });
  await until('the guest has used energy', () => counterOn('hostA') > 1_000_000);
  const migration = lab.startMigration(42, 'hostA', 'hostB');
  assert.equal(await migration.ended, 0, migration.output().stderr);
  const [left, come] = [counterOn('hostA'), counterOn('hostB')];
  assert.ok(left > 1_000_000 && come >= left, `${come} on hostB, after ${left} on hostA`);
  await until('all has come', () =>
    lab.root('hostB', 'cat', '/tmp/agent.log').includes('the counter of a guest has come along'),
  );
  const all = counterOn('hostB');
  assert.ok(all >= come);
  await until('it goes on', () => counterOn('hostB') > all);
});

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
