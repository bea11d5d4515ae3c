import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type AdvisedHost, type AdvisedVm, advise } from '../../../cli/power/advice.ts';
import { formatAdvice, formatAdviceJson } from '../../../cli/power/format-advice.ts';

const vm = (id: number, cpu: number, memory: number, changes: Partial<AdvisedVm> = {}): AdvisedVm => ({
  ...{ id, name: `vm-${id}`, cpu, memory },
  requirements: [],
  staysBecause: undefined,
  ...changes,
});
const host = (id: number, vms: readonly AdvisedVm[], changes: Partial<AdvisedHost> = {}): AdvisedHost => ({
  ...{ id, name: `kvm${id}`, clusterId: 0, isInUse: true, cpu: 800, memory: 1000, vms },
  usedCpu: vms.reduce((sum, { cpu }) => sum + cpu, 0),
  usedMemory: vms.reduce((sum, { memory }) => sum + memory, 0),
  attributeOf: (name) => ({ ID: String(id), CLUSTER_ID: '0' })[name],
  idleWatts: 100,
  carbonIntensity: 300,
  pricePerKwh: undefined,
  ...changes,
});
const plan = (hosts: readonly AdvisedHost[], headroom = 0) => {
  const { emptyings, staying } = advise(hosts, headroom);
  return {
    emptied: emptyings.map(({ host: { id }, moves }) => [id, moves.map((one) => [one.vm.id, one.to.id])]),
    staying: staying.map(({ host: { id }, because }) => `${id}: ${because}`),
  };
};

test('the host with the least on it is emptied onto the fullest that has room', () => {
  const hosts = [host(1, [vm(1, 100, 100)]), host(2, [vm(2, 400, 600)]), host(3, [vm(3, 400, 500)])];
  assert.deepEqual(plan(hosts), {
    emptied: [[1, [[1, 2]]]],
    staying: ['3: no other host may take VM 3, or has room for it', '2: it takes VMs of others'],
  });
});

test('an empty host can go at once; the last of its cluster stays', () => {
  assert.deepEqual(plan([host(1, []), host(2, [vm(2, 1, 1)]), host(9, [vm(9, 1, 1)], { clusterId: 5 })]), {
    emptied: [[1, []]],
    staying: [
      '2: it is the last host of its cluster that stays on',
      '9: it is the last host of its cluster that stays on',
    ],
  });
});

test('VMs that cannot be moved, requirements and hosts that are out of use are respected', () => {
  const pinned = vm(1, 1, 1, { staysBecause: 'has a PCI device of its host' });
  const bound = vm(2, 1, 1, { requirements: ['', 'ID = 2'] });
  const unclear = vm(4, 1, 1, { requirements: ['GPU != YES'] });
  const { emptied, staying } = plan([
    host(1, [pinned]),
    host(2, [bound]),
    host(3, [vm(3, 100, 100)]),
    host(4, [unclear, vm(5, 100, 100)]),
    host(8, [], { isInUse: false }),
  ]);
  assert.deepEqual(emptied, [[3, [[3, 4]]]]);
  assert.deepEqual(staying, [
    '1: VM 1 has a PCI device of its host',
    '2: no other host may take VM 2, or has room for it',
    '4: it takes VMs of others',
  ]);
});

test('law: VMs end where they are allowed and fit, no host that goes takes any, and each VM moves once', () => {
  const size = fc.record({
    cpu: fc.nat(500),
    memory: fc.nat(600),
    to: fc.constantFrom('', 'ID = 1', 'ID > 1'),
  });
  const cloud = fc.array(fc.array(size, { maxLength: 4 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(cloud, fc.double({ min: 0, max: 0.5, noNaN: true }), (sizes, headroom) => {
      let id = 0;
      const hosts = sizes.map((vms, at) =>
        host(
          at,
          vms.map(({ cpu, memory, to }) => vm(id++, cpu, memory, { requirements: [to] })),
        ),
      );
      const { emptyings } = advise(hosts, headroom);
      const gone = new Set(emptyings.map((one) => one.host.id));
      const moves = emptyings.flatMap((one) => one.moves);
      assert.equal(new Set(moves.map((one) => one.vm.id)).size, moves.length);
      for (const { vm: moved, to } of moves) {
        assert.ok(!gone.has(to.id));
        if (moved.requirements[0] === 'ID = 1') assert.equal(to.id, 1);
      }
      for (const one of emptyings) assert.equal(one.moves.length, one.host.vms.length);
      for (const one of hosts) {
        const taken = moves.filter(({ to }) => to.id === one.id);
        if (taken.length === 0) continue;
        const cpu = one.usedCpu + taken.reduce((sum, { vm: { cpu: more } }) => sum + more, 0);
        const memory = one.usedMemory + taken.reduce((sum, { vm: { memory: more } }) => sum + more, 0);
        assert.ok(cpu <= one.cpu * (1 - headroom) + 1e-9 && memory <= one.memory * (1 - headroom) + 1e-9);
      }
      assert.ok(gone.size < hosts.length);
    }),
  );
});

test('a table with commands, names that do nothing to a terminal, and - for what is not known', () => {
  const hosts = [
    host(1, [vm(1, 100, 100, { name: 'a\x1b[2Jb' })]),
    host(2, [vm(2, 400, 600)]),
    host(3, [], { idleWatts: undefined }),
  ];
  assert.equal(
    formatAdvice(advise(hosts, 0), 0.25),
    `HOST   VMS  IDLE_W  KWH_MONTH  CO2_KG  COST
kvm3   0    -       -          -       -
kvm1   1    100.0   73.0       21.9    18.26
TOTAL  1    100.0   73.0       21.9    18.26

onehost offline 3  # kvm3, when it is empty
onevm migrate --live 1 2  # ab to kvm2
onehost offline 1  # kvm1, when it is empty
`,
  );
  const [first] = JSON.parse(formatAdviceJson(advise(hosts, 0), undefined)).emptyings;
  assert.deepEqual(first, {
    ...{ host_id: 3, host: 'kvm3', idle_watts: null, kwh_month: null, co2_kg_month: null, cost_month: null },
    moves: [],
  });
  assert.match(
    formatAdvice(advise([host(1, [vm(1, 1, 1)])], 0), undefined),
    /^No host can be emptied\.\nkvm1: it is the last/,
  );
});
