import assert from 'node:assert/strict';
import test from 'node:test';
import type { Attribution } from '../../../collectors/accounts/attribution.ts';
import { sightsOf } from '../../../collectors/accounts/sights.ts';
import { takeSight } from '../../../collectors/accounts/spans.ts';
import type { AgentCounters, DomainPower } from '../../../collectors/agents/agent.ts';
import type { AgentAnswer, Documents, VmWithAttributes } from '../../../collectors/collector.ts';
import { noVmCpu } from '../../../collectors/vm-cpu.ts';
import { microwatts } from '../../../lib/units/units.ts';
import { madeHost, madeVm } from '../../support/made-accounts.ts';

const vm = (
  id: number,
  hostId: number | undefined,
  changes: Partial<VmWithAttributes> = {},
): VmWithAttributes => ({
  ...madeVm(id, hostId),
  flavours: -1,
  exporter: undefined,
  previousHostId: undefined,
  ...changes,
});
const uuid = '6b1b5c62-0d9b-4e0c-8d0b-3c3f6d0f9a11';
const answer = (
  agent: string,
  domains: readonly DomainPower[] | undefined,
  counters?: AgentCounters,
): AgentAnswer => ({
  agent,
  verdict: {
    sound: true,
    version: '1',
    reading: { method: 'agent_watts', domains, hostPower: microwatts(100e6), isDoubtful: false },
  },
  origin: { place: 'http://kvm0:8080/metrics', readAt: 1000.4, counters },
});
const domain = (name: string, power: DomainPower['power'], id = ''): DomainPower => ({
  name,
  uuid: id,
  power,
});
const see = (
  vms: readonly VmWithAttributes[],
  answers: readonly AgentAnswer[],
  vmCpu = noVmCpu,
  {
    attribution = 'capacity',
    hostModels = new Map(),
  }: { readonly attribution?: Attribution; readonly hostModels?: Documents['hostModels'] } = {},
) =>
  sightsOf(
    { hosts: [madeHost(0)], vms, agents: new Map([[0, answers]]), vmCpu, hostModels },
    attribution,
  ).get(0)?.[0];

test('power by VM: by name, by UUID, by the name of an imported VM; what is no number is left out', () => {
  const vms = [
    vm(1, 0),
    vm(2, 0, { deployId: uuid }),
    vm(3, 0, { deployId: 'web' }),
    vm(4, 0),
    vm(5, 0, { deployId: 'other' }),
  ];
  const domains = [
    domain('one-1', microwatts(10)),
    domain('imported', microwatts(20), uuid),
    domain('web', microwatts(30)),
    domain('one-4', 'first_reading'),
    domain('one-77', microwatts(50)),
    domain('one-5', microwatts(60)),
  ];
  const sight = see(vms, [answer('scaphandre', domains)]);
  assert.deepEqual(
    [...(sight?.reading?.vmPower ?? [])],
    [
      [1, 10],
      [2, 20],
      [3, 30],
      [5, 60],
    ],
  );
  assert.deepEqual([sight?.readAt, sight?.reading?.hostPower, sight?.counters], [1000, 100e6, undefined]);
});

test('counters are those of agents that count the energy of VMs; time is ours where processors count on by themselves', () => {
  const counters: AgentCounters = {
    seconds: 5,
    hostJoules: 9,
    meter: 'rapl',
    domains: new Map([['k', { name: 'one-1', uuid: '', count: 3 }]]),
  };
  assert.deepEqual(see([vm(1, 0)], [answer('onepower', [], counters)])?.counters, {
    seconds: 5,
    hostJoules: 9,
    meter: 'rapl',
    vms: new Map([['k', { vmId: 1, count: 3 }]]),
    ended: new Set(),
  });
  const ofKepler = see([vm(1, 0)], [answer('kepler', [], { ...counters, rawHostJoules: 4, cpus: 8 })]);
  const { seconds, rawHostJoules, cpus } = ofKepler?.counters ?? {};
  assert.deepEqual([seconds, rawHostJoules, cpus], [0, 4, 8]);
  assert.equal(see([vm(1, 0)], [answer('node_exporter', [], counters)])?.counters, undefined);
});

test("a counter counts for the VM whose domain it is of; another domain's is nobody's", () => {
  const domains = new Map(
    [
      ['legacy-db', ''],
      ['one-5', ''],
      ['one-6', '11111111-2222-3333-4444-555555555555'],
      ['one-7', uuid],
      ['one-7', '22222222-2222-3333-4444-555555555555'],
    ].map(([name = '', id = ''], at) => [String(at), { name, uuid: id, count: 1 }]),
  );
  const vms = [vm(5, 0, { deployId: 'legacy-db' }), vm(6, 0, { deployId: uuid.replace('6', '7') }), vm(7, 0)];
  const ended = new Set(['3']);
  const counters = { seconds: 60, hostJoules: 100, domains, ended };
  const seen = see(vms, [answer('onepower', undefined, counters)])?.counters;
  assert.deepEqual(
    [...(seen?.vms.values() ?? [])].map(({ vmId }) => vmId),
    [5, undefined, undefined, 7, 7],
  );
  assert.deepEqual(seen?.ended, ended);
});

test('imported VMs of two hosts may have one name', () => {
  const counters = {
    seconds: 60,
    hostJoules: 100,
    domains: new Map([['k', { name: 'web', uuid: '', count: 1 }]]),
  };
  for (const vms of [
    [vm(5, 0, { deployId: 'web' }), vm(6, 3, { deployId: 'web' })],
    [vm(6, 3, { deployId: 'web' }), vm(5, 0, { deployId: 'web' })],
  ])
    assert.equal(see(vms, [answer('onepower', undefined, counters)])?.counters?.vms.get('k')?.vmId, 5);
});

test('the first reading of counters, and an answer that is not believed', () => {
  const unsound = (reason: 'first_reading' | 'absurd_value'): AgentAnswer => ({
    ...answer('onepower', []),
    verdict: { sound: false, version: '1', reason, detail: '' },
  });
  assert.deepEqual(
    [unsound('first_reading'), unsound('absurd_value')].map((one) => see([], [one])?.isFirst),
    [true, false],
  );
  const { origin: _, ...failed } = answer('scaphandre', []);
  assert.equal(see([], [failed]), undefined);
});

test('where the agents measure the host alone, VMs are estimated', () => {
  const vmCpu = { last: new Map(), mean: new Map([[1, 2]]), hostPower: new Map([[0, microwatts(80e6)]]) };
  assert.deepEqual(
    see([vm(1, 0), vm(2, undefined)], [answer('telegraf', undefined)], vmCpu)?.reading?.vmPower,
    new Map([[1, 20e6]]),
  );
  assert.equal(see([vm(1, 0)], [answer('telegraf', undefined)])?.reading?.vmPower, undefined);
});

const model = { idleWatts: 60, wattsPerCpu: 6, errorRatio: 0.01 };
const marginal = { attribution: 'marginal', hostModels: new Map([[0, model]]) } as const;

test('what VMs have added: by the counters of the agent that has them, those of another kind', () => {
  const counters: AgentCounters = {
    seconds: 5,
    hostJoules: 9,
    meter: 'rapl',
    domains: new Map([
      ['k', { name: 'one-1', uuid: '', count: 3 }],
      ['l', { name: 'one-2', uuid: '', count: 3 }],
    ]),
    marginal: new Map([['k', 1]]),
  };
  const vms = [vm(1, 0), vm(2, 0)];
  const given = [answer('onepower', [], counters)];
  const seen = see(vms, given, noVmCpu, { attribution: 'marginal' })?.counters;
  // Of VM 2 the agent does not know what it added: it is not measured.
  assert.deepEqual(seen?.vms, new Map([['k', { vmId: 1, count: 1 }]]));
  assert.notEqual(seen?.meter, see(vms, given)?.counters?.meter);
});

test('what VMs have added: by the model of the host; without one, no VM is measured', () => {
  const given = [answer('scaphandre', [domain('one-1', microwatts(25e6))])];
  // 25 W of 100 W are two of eight CPUs.
  const seen = see([vm(1, 0)], given, noVmCpu, marginal)?.reading;
  assert.deepEqual([seen?.vmPower, seen?.hostPower], [new Map([[1, 12e6]]), 100e6]);
  assert.deepEqual(see([vm(1, 0)], given, noVmCpu, { attribution: 'marginal' })?.reading?.vmPower, new Map());
});

test('what VMs have added: also where they are estimated from the power over a minute', () => {
  const vmCpu = {
    last: new Map(),
    mean: new Map([[1, 2]]),
    hostPower: new Map([[0, microwatts(80e6)]]),
  };
  const power = see([vm(1, 0)], [answer('telegraf', undefined)], vmCpu, marginal)?.reading?.vmPower;
  assert.deepEqual(power, new Map([[1, 12e6]]));
});

test('what VMs have added: each of their processor seconds counts as the model of the host says', () => {
  const counters = (count: number): AgentCounters => ({
    seconds: 0,
    hostJoules: count * 100,
    rawHostJoules: count * 100,
    cpus: 8,
    domains: new Map([['k', { name: 'one-1', uuid: '', count }]]),
  });
  const seeAt = (count: number, given = {}) =>
    see([vm(1, 0)], [answer('kepler', [], counters(count))], noVmCpu, { ...marginal, ...given });
  const [before, now] = [seeAt(10), seeAt(25)];
  assert.ok(before !== undefined && now !== undefined);
  const { place } = takeSight(undefined, before, 60_000);
  assert.deepEqual(
    takeSight(place, { ...now, readAt: before.readAt + 15_000 }, 60_000).span?.vms,
    new Map([[1, 15 * 6 * 1000]]),
  );
  assert.deepEqual(seeAt(25, { hostModels: new Map() })?.counters?.vms, new Map());
});

test('an agent that tells UUIDs alone: the VM whose document has it, on its own host', () => {
  const vms = [vm(1, 0, { uuid }), vm(2, 3, { uuid }), vm(4, 0, { uuid: '' })];
  const domains = new Map([['k', { name: '', uuid, count: 1 }]]);
  const counters = { seconds: 60, hostJoules: 100, domains };
  const sight = see(vms, [answer('onepower', [domain('', microwatts(20), uuid)], counters)]);
  assert.equal(sight?.counters?.vms.get('k')?.vmId, 1);
  assert.deepEqual([...(sight?.reading?.vmPower ?? [])], [[1, 20]]);
});

test('an agent that has measured more time than has passed is another one, and nothing of it is counted', () => {
  const sightAfter = (seconds: number, joules: number) => {
    const counters = { seconds: 5000 + seconds, hostJoules: 900 + joules, domains: new Map() };
    const first = { sound: false, version: '1', reason: 'first_reading', detail: '' } as const;
    return see([], [{ ...answer('onepower', [], counters), verdict: first }]) ?? assert.fail();
  };
  const begin = sightAfter(0, 0);
  const { place } = takeSight(undefined, begin, 60_000);
  const spanAfter = (seconds: number) =>
    takeSight(place, { ...sightAfter(seconds, 1500), readAt: begin.readAt + 15_000 }, 60_000).span;
  assert.equal(spanAfter(15)?.hostMillijoules, 1_500_000);
  // It may have measured late before, and at once now.
  assert.equal(spanAfter(75)?.hostMillijoules, 1_500_000);
  assert.equal(spanAfter(80), undefined);
});
