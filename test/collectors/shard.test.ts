import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { VmWithAttributes } from '../../collectors/collector.ts';
import { counter, gauge, labelled, samplesOf } from '../../collectors/collector.ts';
import { monitoringCollector } from '../../collectors/monitoring.ts';
import {
  accountedVm,
  askedHosts,
  isOwnHost,
  isOwnVm,
  ownSamples,
  type Part,
  shardOfVm,
} from '../../collectors/shard.ts';
import { hostShape, parseHost } from '../../lib/one/host.ts';
import { parseVm, vmShape } from '../../lib/one/vm.ts';
import { defaultSettings, emptyDocuments } from '../support/documents.ts';
import { readObjects } from '../support/recordings.ts';

const homes = new Map<number, number>();
const shardsOf = (count: number): readonly Part[] =>
  Array.from({ length: count }, (_, at) => ({ number: at + 1, count, homes }));

test('every host and every VM is in exactly one part', () => {
  fc.assert(
    fc.property(
      fc.nat(1e6),
      fc.option(fc.nat(1e6), { nil: undefined }),
      fc.integer({ min: 1, max: 50 }),
      (id, hostId, count) => {
        assert.equal(shardsOf(count).filter((shard) => isOwnHost(id, shard)).length, 1);
        assert.equal(shardsOf(count).filter((shard) => isOwnVm({ id, hostId }, shard)).length, 1);
      },
    ),
  );
});

test('parts are about equal', () => {
  for (const count of [2, 3, 5, 8])
    for (const shard of shardsOf(count)) {
      const own = Array.from({ length: 2000 }, (_, id) => id).filter((id) => isOwnHost(id, shard)).length;
      assert.ok(Math.abs(own - 2000 / count) < 80, `${own} of 2000 hosts in one of ${count} parts`);
    }
});

const shard = { number: 1, count: 2, homes };
const ids = Array.from({ length: 40 }, (_, id) => id);
const own = ids.filter((id) => isOwnHost(id, shard));
const others = ids.filter((id) => !isOwnHost(id, shard));
const hosts = readObjects(
  Buffer.from(
    `<HOST_POOL>${ids.map((id) => `<HOST><ID>${id}</ID><NAME>h</NAME></HOST>`).join('')}</HOST_POOL>`,
  ),
  'HOST',
  hostShape,
  parseHost,
);
const [anyVm] = readObjects(
  Buffer.from('<VM_POOL><VM><ID>1</ID><NAME>v</NAME></VM></VM_POOL>'),
  'VM',
  vmShape,
  parseVm,
);
assert.ok(anyVm !== undefined);
const vm: VmWithAttributes = { ...anyVm, flavours: -1, exporter: undefined, previousHostId: undefined };
const migrating = { state: 3, lcmState: 4 };
const [here = 0, there = 0] = [own[0], others[0]];

test('the agents of the hosts that its migrating VMs come from are asked too', () => {
  const asked = (previousHostId: number | undefined, hostId = here) =>
    askedHosts(hosts, [{ ...vm, ...migrating, hostId, previousHostId }], shard).map(({ id }) => id);
  assert.deepEqual(asked(own[1]), own);
  assert.deepEqual(
    asked(there),
    [...own, there].sort((a, b) => a - b),
  );
  assert.deepEqual(asked(undefined), ids);
  assert.deepEqual(asked(undefined, there), own);
});

test('a VM that migrates counts energy in both parts, and else in one', () => {
  const moving = { ...vm, ...migrating, hostId: there, previousHostId: here };
  assert.deepEqual(accountedVm(moving, shard), [{ ...moving, isPassing: true }]);
  assert.deepEqual(accountedVm({ ...moving, lcmState: 3 }, shard), []);
  assert.equal(isOwnVm(moving, shard), false);
  const coming = { ...moving, hostId: here, previousHostId: there };
  assert.deepEqual(accountedVm(coming, shard), [coming]);
  const number = shardOfVm(moving, shard).number;
  assert.notEqual(number, shard.number);
  assert.ok(isOwnVm(moving, { ...shard, number }));
});

test('what was counted is shown whole, the rest by whose it is, and what is nobody’s by the first', () => {
  const all = (family: ReturnType<typeof gauge>) =>
    samplesOf(
      family,
      labelled(ids, family.labels, (id) => family.labels.map(() => String(id))),
      (id) => id,
    );
  const families = () => [
    all(gauge('by_host', 'x', ['one_host_id'])),
    all(gauge('by_vm', 'x', ['one_vm_id'])),
    all(counter('counted_total', 'x', ['one_vm_id'])),
    all(gauge('of_all', 'x')),
  ];
  const hostOf = new Map(ids.map((id) => [id, id === 0 ? there : here]));
  const shownBy = (number: number, countsItself: boolean) =>
    ownSamples(families(), hostOf, countsItself, { number, count: 2, homes }).map(
      ({ samples }) => [...samples].length,
    );
  assert.deepEqual(shownBy(1, false), [own.length, 39, 40, 1]);
  assert.deepEqual(shownBy(2, false), [others.length, 1, 40, 0]);
  assert.deepEqual(shownBy(2, true), [40, 40, 40, 1]);
});

test('each part shows how many VMs it has pushed itself', () => {
  const documents = { ...emptyDocuments, monitoringPush: { vms: 3, atSeconds: 1 } };
  const shownBy = (number: number) =>
    ownSamples(
      monitoringCollector.collect(documents, defaultSettings),
      new Map(),
      monitoringCollector.countsItself ?? false,
      { number, count: 2, homes },
    ).flatMap(({ samples }) => [...samples].map(({ value }) => value));
  assert.deepEqual(
    [shownBy(1), shownBy(2)],
    [
      [3, 1],
      [3, 1],
    ],
  );
});
