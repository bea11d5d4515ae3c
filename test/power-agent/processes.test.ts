import assert from 'node:assert/strict';
import test from 'node:test';
import {
  isEmulator,
  parseCgroupSeconds,
  parseLastPid,
  parseProcessTimes,
  vhostOwner,
  vmCgroup,
  vmOfCommandLine,
} from '../../power-agent/processes.ts';

const stat = (name: string, user: number, system: number, startedAt: number): string =>
  `4242 (${name}) S 1 4242 4242 0 -1 138412352 9 0 0 0 ${user} ${system} 0 0 20 0 7 0 ${startedAt} 4194304 812 184\n`;
const qemu = (...words: readonly string[]): string => `${words.join('\0')}\0`;

test('CPU time and start of a process, whatever its name', () => {
  for (const name of ['qemu-kvm-one', 'a b', 'a) S 9 (b', '((', 'CPU 0/KVM'])
    assert.deepEqual(parseProcessTimes(stat(name, 120, 30, 777)), { cpuSeconds: 1.5, startedAt: 777 });
  for (const text of ['', '4242 (qemu', 'a b c', '4242 (x) S 1 2'])
    assert.equal(parseProcessTimes(text), undefined, text);
});

test('a vhost thread names its VM', () => {
  assert.equal(vhostOwner(stat('vhost-4242', 1, 1, 1)), 4242);
  assert.equal(vhostOwner(stat('qemu', 1, 1, 1)), undefined);
});

test('libvirt names the VM in the command line', () => {
  const uuid = '11111111-2222-4333-8444-000000000524';
  assert.deepEqual(
    vmOfCommandLine(
      qemu('/usr/bin/qemu-kvm-one', '-name', 'guest=one-524,debug-threads=on', '-S', '-uuid', uuid),
    ),
    { domain: 'one-524', uuid },
  );
  assert.deepEqual(vmOfCommandLine(qemu('qemu', '-name', 'plain')), { domain: 'plain', uuid: '' });
  for (const [name, domain] of [
    ['guest=a,,b,debug-threads=on', 'a,b'],
    ['debug-threads=on,guest=one-7', 'one-7'],
    ['a,,b,process=x', 'a,b'],
    ['guest=Käse 1,debug-threads=on', 'Käse 1'],
  ] as const)
    assert.deepEqual(vmOfCommandLine(qemu('qemu', '-name', name)), { domain, uuid: '' });
  for (const words of [
    ['qemu', '-name', 'process=x'],
    ['qemu'],
    ['qemu', '-name'],
    ['qemu', '-name', ''],
    ['qemu', '-name', 'guest='],
  ])
    assert.equal(vmOfCommandLine(qemu(...words)), undefined);
});

test('the program decides, and where it may not be read the first word', () => {
  const line = qemu('/usr/bin/qemu-kvm-one', '-name', 'guest=one-1');
  assert.ok(isEmulator('/usr/bin/qemu-system-x86_64', line));
  assert.ok(isEmulator('/usr/bin/qemu-system-x86_64 (deleted)', line));
  assert.ok(!isEmulator('/usr/bin/python3', line));
  assert.ok(isEmulator(undefined, line));
  assert.ok(!isEmulator(undefined, qemu('/usr/bin/tail', '-f', '/usr/bin/qemu', '-name', 'guest=one-1')));
});

test('a VM has a cgroup of its own under systemd, and without', () => {
  const scope = '/machine.slice/machine-qemu\\x2d1\\x2done\\x2d524.scope';
  assert.equal(vmCgroup(`0::${scope}/libvirt/emulator\n`), scope);
  assert.equal(vmCgroup(`0::${scope}\n`), scope);
  assert.equal(
    vmCgroup('0::/machine/qemu-3-one-7.libvirt-qemu/emulator\n'),
    '/machine/qemu-3-one-7.libvirt-qemu',
  );
  for (const text of ['0::/user.slice/session-1.scope\n', '0::/\n', '', `4:cpu:${scope}\n`])
    assert.equal(vmCgroup(text), undefined, text);
});

test('CPU time of a cgroup is in microseconds', () => {
  assert.equal(parseCgroupSeconds('usage_usec 1500000\nuser_usec 9\n'), 1.5);
  assert.equal(parseCgroupSeconds('user_usec 9\n'), undefined);
});

test('/proc/loadavg ends with the process that was started last', () => {
  assert.equal(parseLastPid('0.20 0.18 0.12 1/80 11206\n'), 11_206);
  assert.equal(parseLastPid(''), undefined);
});
