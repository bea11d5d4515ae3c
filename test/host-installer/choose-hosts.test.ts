import assert from 'node:assert/strict';
import test from 'node:test';
import { chooseHosts } from '../../host-installer/choose-hosts.ts';
import { type Host, noSchedulerAttributes } from '../../lib/one/host.ts';

const host = (id: number, name: string, change: Partial<Host> = {}): Host => ({
  id,
  name,
  hostname: name,
  cluster: 'default',
  state: 2,
  vmDriver: 'kvm',
  hypervisor: 'kvm',
  memoryTotalBytes: undefined,
  memoryMaximumBytes: undefined,
  memoryUsageBytes: undefined,
  cpuTotal: undefined,
  cpuMaximum: undefined,
  cpuUsage: undefined,
  vmCount: 0,
  powerAgentUrl: undefined,
  powerBmcs: [],
  schedulerAttributes: noSchedulerAttributes,
  ...change,
});

const hosts = [
  host(0, 'kvm0'),
  host(1, 'kvm1', { state: 8 }),
  host(2, 'kvm2', { state: 4 }),
  host(3, 'kvm3', { state: 7 }),
  host(4, 'kvm4', { state: 3 }),
  host(5, 'lxc', { hypervisor: 'lxc' }),
  host(6, '-oProxyCommand=touch /x'),
  host(7, '10.0.0.7'),
  host(8, '0'),
  host(9, 'new', { hypervisor: '', state: 0 }),
];

test('all: KVM hosts that are not switched off; the others with the reason', () => {
  const { targets, skipped, problems } = chooseHosts(hosts, undefined);
  assert.deepEqual(
    targets.map(({ name }) => name),
    ['kvm0', 'kvm4', '10.0.0.7', '0', 'new'],
  );
  assert.deepEqual(
    skipped.map(({ id, reason }) => `${id} ${reason}`),
    [
      '1 it is offline in OpenNebula',
      '2 it is disabled in OpenNebula',
      '3 it is disabled in OpenNebula',
      '6 its name, "-oProxyCommand=touch /x", cannot be given to ssh',
    ],
  );
  assert.deepEqual(problems, []);
});

test('named: by name before id, each once, also those that are disabled', () => {
  const { targets, problems } = chooseHosts(hosts, ['kvm2', '7', '0', 'kvm2', '10.0.0.7']);
  assert.deepEqual(
    targets.map(({ id }) => id),
    [2, 7, 8],
  );
  assert.deepEqual(problems, []);
});

test('none are named: none, and not all', () => {
  assert.deepEqual(chooseHosts(hosts, []), { targets: [], skipped: [], problems: [] });
});

test('named wrongly: all of it is told', () => {
  const { problems } = chooseHosts(hosts, ['kvm9', 'kvm0', '77', 'lxc', '6', '00']);
  assert.deepEqual(problems, [
    'OpenNebula has no host "kvm9", "77", "00"',
    '"lxc" is not a KVM host',
    'host 6: its name, "-oProxyCommand=touch /x", cannot be given to ssh',
  ]);
});
