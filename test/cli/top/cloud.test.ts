import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';
import { type CloudNames, joinCloud, judgePage, type TopVm } from '../../../cli/top/cloud.ts';
import { repositoryPath } from '../../support/expected.ts';
import { makeCloud, makeNames, parsePage } from '../../support/top-cloud.ts';

const shown = ({ id, watts, unknownReason, hostShare }: TopVm) => [id, watts, unknownReason, hostShare];

test('the page of a recorded cloud, without names', () => {
  const { vms, totals } = joinCloud(
    parsePage(readFileSync(repositoryPath('test/e2e/expected-page.prom'), 'utf8')),
    undefined,
  );
  assert.deepEqual(
    vms.map(({ id, host, status, unknownReason }) => [id, host, status, unknownReason]),
    [
      [0, '#0', 'runn', 'process_not_found'],
      [1, '#1', 'runn', 'process_not_found'],
      [3, undefined, 'pend', undefined],
      [4, '#1', 'poff', undefined],
      [5, undefined, 'hold', undefined],
      [6, '#0', 'runn', undefined],
      [7, '#0', 'susp', undefined],
      [8, '#1', 'runn', undefined],
      [9, '#1', 'runn', 'process_not_found'],
      [10, '#0', 'fail', undefined],
    ],
  );
  const { hostWatts, vmWatts, ...counts } = totals;
  assert.deepEqual(counts, {
    hosts: 3,
    hostsMeasured: 2,
    agentsDown: 1,
    vms: 10,
    vmsKnown: 7,
    vmsUnknown: 3,
  });
  assert.deepEqual([hostWatts?.toFixed(3), vmWatts?.toFixed(3)], ['199.332', '42.259']);
});

test('unknown is not zero, and says why', () => {
  const { vms, totals } = makeCloud(
    [
      { id: 1, hostId: 0, watts: 25 },
      { id: 2, hostId: 0, watts: 0 },
      { id: 3, hostId: 0, watts: 0, reason: 'process_not_found' },
      { id: 4, hostId: 1, reason: 'agent_unsound' },
      { id: 5, hostId: 9 },
      { id: 6, hostId: 0, lcmState: 4, watts: 30 },
      { id: 7, hostId: 2, watts: 5 },
    ],
    [
      { id: 0, watts: 100 },
      { id: 1, agentReason: 'timeout' },
      { id: 2, watts: 0 },
    ],
  );
  assert.deepEqual(vms.map(shown), [
    [1, 25, undefined, 0.25],
    [2, 0, undefined, 0],
    [3, undefined, 'process_not_found', undefined],
    [4, undefined, 'agent_unsound: timeout', undefined],
    [5, undefined, 'no_sample', undefined],
    // What a VM draws on two hosts is no part of what one of them draws.
    [6, 30, undefined, undefined],
    [7, 5, undefined, undefined],
  ]);
  assert.deepEqual([totals.vmsKnown, totals.vmsUnknown, totals.vmWatts], [4, 3, 60]);
  assert.equal(makeCloud([{ id: 1 }], [{ id: 0 }]).totals.hostWatts, undefined);
  assert.equal(makeCloud([{ id: 1 }], [{ id: 0 }]).totals.vmWatts, undefined);
});

test('energy, and what it costs where its host has a price', () => {
  const { vms, hosts } = makeCloud(
    [
      { id: 1, hostId: 0, watts: 5, joules: 7.2e6 },
      { id: 2, hostId: 0, watts: 5 },
      { id: 3, hostId: 1, watts: 5, joules: 3.6e6 },
      { id: 4, joules: 0 },
      { id: 5, hostId: 0, reason: 'agent_unsound', joules: 0 },
    ],
    [
      { id: 0, watts: 20, joules: 3.6e7, unassignedJoules: 1.8e6, price: [0.25, 'EUR'] },
      { id: 1, watts: 20, price: [Number.NaN, 'EUR'] },
    ],
  );
  assert.deepEqual(
    vms.map(({ energy, cost }) => [energy, cost]),
    [
      [2, { amount: 0.5, currency: 'EUR' }],
      [undefined, undefined],
      [1, undefined],
      [0, undefined],
      [0, { amount: 0, currency: 'EUR' }],
    ],
  );
  assert.deepEqual(
    hosts.map(({ energy, unassignedEnergy, cost }) => [energy, unassignedEnergy, cost]),
    [
      [10, 0.5, { amount: 2.5, currency: 'EUR' }],
      [undefined, undefined, undefined],
    ],
  );
});

test('what no VM of a host draws is known where the power of all its VMs is', () => {
  const { hosts } = makeCloud(
    [
      { id: 1, hostId: 0, watts: 25 },
      { id: 2, hostId: 0, watts: 0, state: 8, lcmState: 0 },
      { id: 3, hostId: 1, watts: 25 },
      { id: 4, hostId: 1, reason: 'process_not_found' },
      { id: 5, hostId: 2, watts: 25, lcmState: 4 },
      { id: 6, hostId: 3, watts: 125 },
      { id: 7, hostId: 5, watts: 1 },
    ],
    [0, 1, 2, 3, 4].map((id) => ({ id, watts: 100 })).concat({ id: 5, watts: Number.NaN }),
  );
  assert.deepEqual(
    hosts.map(({ vms, unassignedWatts }) => [vms, unassignedWatts]),
    [
      [2, 75],
      [2, undefined],
      // A VM that migrates draws on another host too.
      [1, undefined],
      [1, 0],
      [0, 100],
      [1, undefined],
    ],
  );
});

test('names of hosts and groups are OpenNebula’s; hosts that the page lacks are counted', () => {
  const names = makeNames({ 0: 'kvm0', 5: 'new' }, { 1: 'research' });
  const { vms, hosts } = makeCloud(
    [
      { id: 1, hostId: 0 },
      { id: 2, hostId: 3 },
    ],
    [{ id: 0 }, { id: 3 }],
    names,
  );
  assert.deepEqual(
    vms.map(({ host, group }) => [host, group]),
    [
      ['kvm0', 'research'],
      ['#3', undefined],
    ],
  );
  assert.deepEqual(
    hosts.map(({ name, agentUp }) => [name, agentUp]),
    [
      ['kvm0', true],
      ['#3', true],
      ['new', undefined],
    ],
  );
});

test('without the collector vm, VMs are OpenNebula’s', () => {
  const page = parsePage(
    '# TYPE opennebula_vm_power_consumption_uW gauge\nopennebula_vm_power_consumption_uW{one_vm_id="1"} 5000000\n',
  );
  const vm = {
    id: 1,
    name: 'web',
    owner: 'alice',
    group: 'users',
    state: 3,
    lcmState: 3,
    deployId: '',
    startTime: '1',
    hostId: 0,
    memoryBytes: undefined,
    cpuRatio: 1,
    vcpus: 2,
    hasVcpus: true,
    disks: [],
    nicCount: 0,
  };
  const names = { ...makeNames({ 0: 'kvm0' }), vms: [vm, { ...vm, id: 2, name: 'db' }] };
  assert.deepEqual(
    joinCloud(page, names).vms.map(({ name, host, watts, unknownReason }) => [
      name,
      host,
      watts,
      unknownReason,
    ]),
    [
      ['web', 'kvm0', 5, undefined],
      ['db', 'kvm0', undefined, 'no_sample'],
    ],
  );
});

test('where nothing says what VMs there are, a host has no number of them, and nothing is left over', () => {
  const page = parsePage(
    'opennebula_vm_power_consumption_uW{one_vm_id="1"} 5\nopennebula_host_power_watts{one_host_id="0"} 90\n',
  );
  const hostOf = (names: CloudNames | undefined) => {
    const [host] = joinCloud(page, names).hosts;
    return [host?.vms, host?.unassignedWatts];
  };
  assert.deepEqual(hostOf(undefined), [undefined, undefined]);
  assert.deepEqual(hostOf(makeNames({ 0: 'kvm0' })), [0, 90]);
});

test('what is wrong with a page is said', () => {
  const stock = parsePage('# TYPE opennebula_vm_state gauge\n');
  assert.match(judgePage(stock).join(), /no metrics of power/);
  const family = '# TYPE opennebula_vm_power_consumption_uW gauge\n';
  const failed = 'opennebula_scrape_collector_success{collector="power"} 0\n';
  assert.match(judgePage(parsePage(family + failed)).join(), /could not read power yet/);
  const aged = `${failed}opennebula_scrape_collector_age_seconds{collector="power"} 20\n`;
  assert.match(judgePage(parsePage(family + aged)).join(), /as it was/);
  assert.deepEqual(judgePage(parsePage(family)), []);
});

test('VMs that draw no more than their host have no more than all of it', () => {
  const host = fc.record({
    watts: fc.double({ min: 1, max: 1e4, noNaN: true }),
    parts: fc.array(fc.nat(100)),
  });
  fc.assert(
    fc.property(fc.array(host, { minLength: 1, maxLength: 4 }), (hosts) => {
      let id = 0;
      const vms = hosts.flatMap(({ watts, parts }, hostId) => {
        const whole = Math.max(
          1,
          parts.reduce((sum, part) => sum + part, 0),
        );
        return parts.map((part) => {
          id += 1;
          return { id, hostId, watts: (watts * part) / whole };
        });
      });
      const cloud = makeCloud(
        vms,
        hosts.map(({ watts }, at) => ({ id: at, watts })),
      );
      for (const { id: hostId } of cloud.hosts) {
        const shares = cloud.vms.filter((vm) => vm.hostId === hostId).map(({ hostShare }) => hostShare ?? 0);
        assert.ok(shares.reduce((sum, share) => sum + share, 0) <= 1 + 1e-9);
      }
    }),
  );
});

test('a VM has a power or a reason, never both', () => {
  const vm = fc.record(
    {
      hostId: fc.nat(3),
      watts: fc.double({ min: 0, max: 100, noNaN: true }),
      reason: fc.constantFrom('agent_unsound', 'no_host'),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(vm), (vms) => {
      const cloud = makeCloud(
        vms.map((one, id) => ({ id, ...one })),
        [{ id: 0, watts: 50 }],
      );
      for (const { id, watts, unknownReason } of cloud.vms) {
        assert.equal(watts === undefined, unknownReason !== undefined);
        if (vms[id]?.watts === undefined) assert.equal(watts, undefined);
      }
    }),
  );
});
