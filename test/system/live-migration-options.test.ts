/** B11: what becomes of options of `virsh migrate` in a tunnel, with real certificates. See live-migrate/README.md. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { type MigrationLab, startMigrationLab, ticksOn } from '../../simulator/migration-lab/lab.ts';
import { assertClean, endOf, lastLine } from '../support/migration-outcomes.ts';

/** A certificate for each host's name, as QEMU looks for them, and none for a tunnel's address. */
const installCertificates = (lab: MigrationLab): void => {
  const folder = path.join(lab.state, 'pki');
  mkdirSync(folder);
  const openssl = (...argv: readonly string[]): void =>
    void execFileSync('openssl', argv, { cwd: folder, stdio: 'pipe' });
  openssl(
    ...'req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=lab -keyout ca-key.pem -out ca-cert.pem'.split(
      ' ',
    ),
  );
  for (const host of lab.hosts) {
    writeFileSync(path.join(folder, 'extensions'), `subjectAltName=DNS:${host}\n`);
    openssl(
      ...`req -newkey rsa:2048 -nodes -subj /CN=${host} -keyout ${host}.key -out ${host}.csr`.split(' '),
    );
    openssl(
      ...`x509 -req -in ${host}.csr -CA ca-cert.pem -CAkey ca-key.pem -CAcreateserial -days 2`.split(' '),
      ...`-extfile extensions -out ${host}.pem`.split(' '),
    );
    lab.root(host, 'mkdir', '-p', '/etc/pki/qemu');
    for (const [from, to] of [
      ['ca-cert.pem', 'ca-cert.pem'],
      [`${host}.pem`, 'server-cert.pem'],
      [`${host}.key`, 'server-key.pem'],
      [`${host}.pem`, 'client-cert.pem'],
      [`${host}.key`, 'client-key.pem'],
    ] as const)
      lab.root(
        host,
        'install',
        '-o',
        'oneadmin',
        '-m',
        '600',
        `/opt/state/pki/${from}`,
        `/etc/pki/qemu/${to}`,
      );
  }
};

const setOptions = (lab: MigrationLab, options: string): void => {
  for (const host of lab.hosts)
    lab.root(
      host,
      ...(['sh', '-c', 'printf "MIGRATE_OPTIONS=\\"%s\\"\\n" "$1" > "$2"', 'set'] as const),
      ...[options, '/var/tmp/one/etc/vmm/kvm/kvmrc'],
    );
};

/** There and back again, by turns. */
const createTraveller = (lab: MigrationLab, id: number) => {
  let [here, there] = ['hostA', 'hostB'];
  return async (...flags: readonly string[]) => {
    const migration = lab.startMigration(id, here, there, flags);
    const status = await endOf(migration);
    if (status === 0) [here, there] = [there, here];
    assert.deepEqual(lab.whereIs(id), [here], migration.output().stderr);
    assertClean(lab);
    return { status, migration };
  };
};

test('B11-options that go with a tunnel, or are made to', async (t) => {
  const lab = startMigrationLab(t, { openVswitch: false });
  installCertificates(lab);
  await lab.startGuest({ host: 'hostA', id: 42, fillMib: 8 });
  const travel = createTraveller(lab, 42);
  for (const options of [
    '--tls',
    '--listen-address 10.77.0.9',
    '--listen-address=10.77.0.9 --migrateuri tcp://10.77.0.9',
    '--graphicsuri spice://10.77.0.9',
    '--parallel --parallel-connections 2',
    '--p2p',
    '--p2p --tls',
    '--auto-converge --compressed --timeout 60 --bandwidth 900 --persistent --undefinesource',
  ]) {
    setOptions(lab, options);
    const { status, migration } = await travel();
    assert.equal(status, 0, `${options}: ${migration.output().stderr}`);
  }
  // The address on which the administrator lets QEMU listen is not the tunnel's.
  setOptions(lab, '');
  for (const host of lab.hosts)
    lab.root(
      host,
      ...[
        'sh',
        '-c',
        'echo migration_address = \\"10.77.0.9\\" >> /etc/libvirt/qemu.conf; pkill -x libvirtd',
      ],
    );
  for (const host of lab.hosts) {
    lab.root(host, 'sh', '-c', 'while pgrep -x libvirtd; do sleep 0.1; done > /dev/null; libvirtd --daemon');
    lab.root(host, 'sh', '-c', 'until virsh -c qemu:///system list; do sleep 0.1; done > /dev/null 2>&1');
  }
  const { status, migration } = await travel();
  assert.equal(status, 0, `migration_address: ${migration.output().stderr}`);
  assert.ok(await ticksOn(lab, 42), 'it was booted again');
});

test('B11-local disks go through the tunnel whatever --disks-uri says', async (t) => {
  const lab = startMigrationLab(t, { openVswitch: false });
  await lab.startGuest({ host: 'hostA', id: 42, fillMib: 8, isLocal: true });
  setOptions(lab, '--disks-uri tcp://10.77.0.9:49300');
  const { status, migration } = await createTraveller(lab, 42)();
  assert.equal(status, 0, migration.output().stderr);
});

test('B11-options that do not go with a tunnel are refused, or the migration goes without one', async (t) => {
  const lab = startMigrationLab(t, { openVswitch: false });
  await lab.startGuest({ host: 'hostA', id: 42, fillMib: 8 });
  const travel = createTraveller(lab, 42);
  for (const options of ['--p2p --tunnelled', '--rdma-pin-all']) {
    setOptions(lab, options);
    const { status, migration } = await travel();
    assert.equal(status, 78, migration.output().stderr);
    assert.match(
      lastLine(migration),
      /in MIGRATE_OPTIONS of .*kvmrc on hostA cannot be used with a tunnel: /,
    );
  }
  setOptions(lab, '--p2p --tunnelled');
  const { status, migration } = await travel('--tunnel.on-failure=direct');
  assert.equal(status, 0, migration.output().stderr);
  assert.match(migration.output().stderr, /migrating without a tunnel, as tunnel\.on_failure=direct says/);
});
