/** What others have on hosts and networks: it is left alone, and it cannot disturb a migration. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { candidateOf } from '../../live-migrate/tunnel.ts';
import { type MigrationLab, startMigrationLab, until } from '../../simulator/migration-lab/lab.ts';
import { assertClean, endOf, lastLine, startMoving } from '../support/migration-outcomes.ts';

const { vni, sourceAddress, destinationAddress, macs } = candidateOf(42, 0);

/** hostC has the tunnel's VNI and the peer's address, and asks hostA all the time: so it tells hostA its own. */
const startThief = (lab: MigrationLab, ...link: readonly string[]): void => {
  const vxlan = ['type', 'vxlan', 'id', String(vni), 'remote', '10.77.0.1', 'dstport', '4789'];
  const ping = `ping -q -i 0.2 ${sourceAddress} > /run/ping.log 2>&1 & echo $! > /run/ping.pid`;
  lab.root('hostC', 'ip', 'link', 'add', 'name', 'thief', ...link, ...vxlan);
  lab.root('hostC', 'ip', 'address', 'add', `${destinationAddress}/30`, 'dev', 'thief');
  lab.root('hostC', 'ip', 'link', 'set', 'dev', 'thief', 'up');
  lab.root('hostC', 'sh', '-c', ping);
};

const assertThiefGotNothing = async (lab: MigrationLab): Promise<void> => {
  lab.root('hostC', 'sh', '-c', 'kill -INT $(cat /run/ping.pid)');
  const told = (): string => lab.root('hostC', 'cat', '/run/ping.log');
  await until('ping tells', () => told().includes('packets transmitted'));
  assert.match(told(), / 0 received/);
  lab.root('hostC', 'ip', 'link', 'delete', 'dev', 'thief');
};

test("B3-a third host with the tunnel's VNI and the peer's address gets nothing of the migration", async (t) => {
  const lab = startMigrationLab(t, {
    hosts: ['hostA', 'hostB', 'hostC'],
    rate: '100mbit',
    openVswitch: false,
  });
  await lab.startGuest({ host: 'hostA', id: 42 });
  startThief(lab);
  const migration = await startMoving(lab, 42);
  const neighbours = lab.root('hostA', 'ip', 'neighbour', 'show', 'dev', 'omig42');
  assert.match(neighbours, new RegExp(`^${destinationAddress} lladdr 02:4f:00:00:00:55 .*PERMANENT`, 'm'));
  assert.equal(await endOf(migration), 0, migration.output().stderr);
  assert.deepEqual(lab.whereIs(42), ['hostB']);
  await assertThiefGotNothing(lab);
  assertClean(lab);
});

test("B3-a third host that claims the peer's hardware address too gets nothing of the migration", async (t) => {
  const lab = startMigrationLab(t, { hosts: ['hostA', 'hostB', 'hostC'], openVswitch: false });
  await lab.startGuest({ host: 'hostA', id: 42, fillMib: 8 });
  startThief(lab, 'address', macs[1]);
  const migration = lab.startMigration(42, 'hostA', 'hostB');
  assert.equal(await endOf(migration), 0, migration.output().stderr);
  assert.deepEqual(lab.whereIs(42), ['hostB']);
  await assertThiefGotNothing(lab);
  assertClean(lab);
});

test('B4-a second front-end of the same name does not disturb a migration of the same VM', async (t) => {
  const lab = startMigrationLab(t, {
    hosts: ['hostA', 'hostB', 'hostC'],
    rate: '100mbit',
    openVswitch: false,
  });
  await lab.startGuest({ host: 'hostA', id: 42 });
  lab.root('hostC', 'hostname', 'frontend');
  const migration = await startMoving(lab, 42);
  for (const flag of ['--tunnel.on-failure=fail', '--tunnel.on-failure=direct']) {
    const second = lab.startMigration(42, 'hostA', 'hostB', [flag], 'hostC');
    assert.equal(await endOf(second), 75, second.output().stderr);
    assert.match(
      lastLine(second),
      /hostA already has a tunnel for VM 42, which another front-end \(frontend\) made/,
    );
  }
  const clean = ['/opt/node', '/opt/repository/dist/oneext', 'tunnel', 'clean', '--host', 'hostA'];
  assert.equal(lab.run('hostC', 'oneadmin', clean), '');
  assert.equal(await endOf(migration), 0, migration.output().stderr);
  assert.deepEqual(lab.whereIs(42), ['hostB']);
  assertClean(lab);
});

test("B5-addresses of others on a loopback stay, also one that is the peer's", async (t) => {
  const lab = startMigrationLab(t, { openVswitch: false });
  await lab.startGuest({ host: 'hostA', id: 42, fillMib: 8 });
  const strangers = ['198.18.0.30/32', '198.19.255.1/32', `${destinationAddress}/32`];
  for (const address of strangers) lab.root('hostA', 'ip', 'address', 'add', address, 'dev', 'lo');
  lab.root('hostA', 'ip', 'address', 'add', '198.18.0.34/32', 'dev', 'lo', 'label', 'lo:omig42');
  const migration = lab.startMigration(42, 'hostA', 'hostB');
  assert.equal(await endOf(migration), 0, migration.output().stderr);
  const clean = ['/opt/node', '/opt/repository/dist/oneext', 'tunnel', 'clean', '--host', 'hostA', '--all'];
  lab.run('frontend', 'oneadmin', clean);
  const shown = lab.root('hostA', 'ip', '-4', 'address', 'show', 'dev', 'lo');
  for (const address of strangers) assert.ok(shown.includes(address), `${address} is gone:\n${shown}`);
  assert.ok(!shown.includes('198.18.0.34'), 'the one that a watchdog left stays');
});

test('B6-where only the database of Open vSwitch runs, the kernel makes the tunnel', async (t) => {
  const lab = startMigrationLab(t, { openVswitch: 'database' });
  await lab.startGuest({ host: 'hostA', id: 42, fillMib: 8 });
  const wanted = lab.startMigration(42, 'hostA', 'hostB', ['--tunnel.type=openvswitch']);
  assert.equal(await endOf(wanted), 1);
  assert.match(lastLine(wanted), /tunnel\.type is openvswitch, but Open vSwitch does not run on hostA/);
  // A bridge that was left before the switch was stopped.
  lab.root('hostB', 'ovs-vsctl', '--no-wait', 'add-br', 'omig42');
  const migration = lab.startMigration(42, 'hostA', 'hostB');
  assert.equal(await endOf(migration), 0, migration.output().stderr);
  assert.match(migration.output().stderr, /tunnel omig42 \(kernel, /);
  assert.doesNotMatch(migration.output().stderr, /WARN/);
  assert.deepEqual(lab.whereIs(42), ['hostB']);
  assertClean(lab);
});

test('B12-a firewall that is bound to interfaces is found before the guest is touched', async (t) => {
  const lab = startMigrationLab(t, { openVswitch: false });
  await lab.startGuest({ host: 'hostA', id: 42, fillMib: 8 });
  const rules = [
    ['hostB', 'input', 'iifname "omig*" tcp dport 49152-49215 reject with icmpx type admin-prohibited'],
    ['hostB', 'input', 'iifname "omig*" tcp dport 49152-49215 drop'],
    ['hostA', 'output', 'oifname "omig*" tcp dport 49152-49215 drop'],
  ] as const;
  for (const [host, hook, rule] of rules) {
    const table = `table inet strict { chain c { type filter hook ${hook} priority 0; ${rule}; }; }`;
    lab.root(host, 'sh', '-c', 'printf "%s\\n" "$1" | nft -f -', 'nft', table);
    const migration = lab.startMigration(42, 'hostA', 'hostB');
    assert.equal(await endOf(migration), 1, migration.output().stderr);
    assert.match(
      lastLine(migration),
      /a TCP connection to port 49215 does not: (No route to host|no answer)/,
    );
    assert.match(
      lastLine(migration),
      /iifname "omig\*" tcp dport 49152-49215 accept \(TUNNEL_PORT_CLOSED\)$/,
    );
    lab.root(host, 'nft', 'delete', 'table', 'inet', 'strict');
    assertClean(lab);
  }
  const migration = lab.startMigration(42, 'hostA', 'hostB');
  assert.equal(await endOf(migration), 0, migration.output().stderr);
});

test('E1-hosts that are hypervisors already, or were: what they have of that does not disturb a migration', async (t) => {
  const lab = startMigrationLab(t, {
    besides: {
      'usr/bin/qemu-kvm-one': '#!/bin/sh\nexit 70\n',
      'etc/libvirt/hooks/qemu': '#!/bin/sh\nexit 1\n',
      'etc/libvirt/qemu/one-42.xml': 'no domain\n',
      'etc/libvirt/qemu.conf': 'no configuration\n',
      'etc/openvswitch/conf.db': 'no database\n',
      'etc/one/oneext.yaml': 'tunnel: {type: none}\n',
      'etc/ssh/ssh_config.d/10-site.conf': 'Host *\n  ProxyCommand /bin/false\n',
      'etc/sudoers.d/site': 'no rules\n',
      'var/tmp/one/vmm/kvm/migrate': '#!/bin/sh\nexit 70\n',
    },
  });
  await lab.startGuest({ host: 'hostA', id: 42, fillMib: 8 });
  const migration = lab.startMigration(42, 'hostA', 'hostB');
  assert.equal(await endOf(migration), 0, migration.output().stderr);
  assert.deepEqual(lab.whereIs(42), ['hostB']);
  assertClean(lab);
});
