/** Pages that another machine gives at a host's URL. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { DomainPower } from '../../collectors/agents/agent.ts';
import type { AgentAnswer, Documents, VmWithAttributes } from '../../collectors/collector.ts';
import { isMisled, refuseOtherHosts } from '../../collectors/other-host.ts';
import { microwatts } from '../../lib/units/units.ts';
import { madeVm } from '../support/made-accounts.ts';

const uuid = '11111111-2222-4333-8444-000000000009';
const vmOn = (id: number, hostId: number | undefined, changes: Partial<VmWithAttributes> = {}) => ({
  ...madeVm(id, hostId),
  flavours: -1,
  exporter: undefined,
  previousHostId: undefined,
  ...changes,
});
const domain = (name: string, id = ''): DomainPower => ({ name, uuid: id, power: microwatts(1e6) });
const answerAt = (hostId: number, ...domains: readonly DomainPower[]): AgentAnswer => ({
  agent: 'scaphandre',
  verdict: {
    sound: true,
    version: '1',
    reading: { method: 'agent_watts', domains, hostPower: microwatts(90e6), isDoubtful: false },
  },
  origin: { place: `http://kvm${hostId}:8080/metrics`, readAt: 0, counters: undefined },
});
const misledHosts = (
  answers: readonly (readonly [number, AgentAnswer])[],
  vms: readonly VmWithAttributes[],
): readonly number[] =>
  [...refuseOtherHosts(new Map(answers.map(([id, answer]) => [id, [answer]])), vms)].flatMap(([id, all]) =>
    isMisled(all) ? [id] : [],
  );

const vms = [vmOn(1, 0), vmOn(2, 1), vmOn(3, 1)];

test('the name of a host leads to another one: its VMs are on the page, and none of those that run here', () => {
  const page = [domain('one-2'), domain('one-3'), domain('other')];
  const refused = refuseOtherHosts(
    new Map([
      [0, [answerAt(0, ...page)]],
      [1, [answerAt(1, ...page)]],
    ]),
    vms,
  );
  const [answer] = refused.get(0) ?? [];
  assert.deepEqual(
    [answer?.agent, answer?.verdict.sound, answer?.origin],
    ['scaphandre', false, undefined],
    'nor do its counters count',
  );
  assert.equal(refused.get(1)?.[0]?.verdict.sound, true);
});

test('so it is by the UUIDs of domains, and by counters of which power is not known yet', () => {
  const imported = [vmOn(1, 0), vmOn(9, 1, { deployId: uuid.toUpperCase() })];
  assert.deepEqual(misledHosts([[0, answerAt(0, domain('', uuid))]], imported), [0]);
  const counters = {
    seconds: 1,
    hostJoules: 1,
    domains: new Map([['k', { name: 'one-2', uuid: '', count: 1 }]]),
  };
  const first: AgentAnswer = {
    agent: 'onepower',
    verdict: { sound: false, version: '1', reason: 'first_reading', detail: '' },
    origin: { place: 'http://kvm0:8080/metrics', readAt: 0, counters },
  };
  assert.deepEqual(misledHosts([[0, first]], vms), [0]);
});

test('one VM of its own is enough, also one that comes, leaves or is off; and a host without VMs proves nothing', () => {
  const foreign = [domain('one-2'), domain('one-3')];
  const withOwn = (own: string, given: readonly VmWithAttributes[]) =>
    misledHosts([[0, answerAt(0, ...foreign, domain(own))]], given);
  assert.deepEqual(withOwn('one-1', vms), []);
  assert.deepEqual(withOwn('one-4', [...vms, vmOn(4, 1, { lcmState: 4 })]), []);
  assert.deepEqual(withOwn('one-4', [...vms, vmOn(4, 1, { previousHostId: 0 })]), []);
  assert.deepEqual(withOwn('one-4', [...vms, vmOn(4, 0, { state: 8, lcmState: 0 })]), []);
  assert.deepEqual(misledHosts([[0, answerAt(0, ...foreign)]], vms.slice(1)), []);
  assert.deepEqual(misledHosts([[0, answerAt(0, domain('stranger'))]], vms), []);
  assert.deepEqual(misledHosts([[0, answerAt(0)]], vms), []);
});

test('a VM of its own is one by any name that the exporter knows it by', () => {
  const foreign = domain('one-2');
  const withOwn = (own: DomainPower, changes: Partial<VmWithAttributes>): readonly number[] =>
    misledHosts([[0, answerAt(0, foreign, own)]], [...vms.slice(1), vmOn(1, 0, changes)]);
  const wild = { deployId: 'mail-server' };
  assert.deepEqual(withOwn(domain('', uuid), { ...wild, uuid }), [], 'OS/UUID, where no name is told');
  assert.deepEqual(withOwn(domain('one-1'), wild), [], 'made anew by OpenNebula under its own name');
  assert.deepEqual(withOwn(domain('one-1'), { deployId: uuid }), [], 'a UUID that the agent does not tell');
  const leaving = { hostId: 1, previousHostId: 0 };
  assert.deepEqual(
    misledHosts([[0, answerAt(0, foreign, domain('', uuid))]], [...vms, vmOn(4, 1, { ...leaving, uuid })]),
    [],
    'also one that has left',
  );
  assert.deepEqual(withOwn(domain('one-3'), wild), [0]);
});

test('an agent that several hosts have on purpose speaks for all of them', () => {
  const shared = answerAt(7, domain('one-2'));
  assert.deepEqual(
    misledHosts(
      [
        [0, shared],
        [1, shared],
      ],
      vms,
    ),
    [],
  );
});

test('law: a page on which each host sees its own VMs is never refused, whatever else it shows', () => {
  const cloud = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(cloud, fc.array(fc.integer({ min: 0, max: 20 })), (hostIds, others) => {
      const given = hostIds.map((hostId, id) => vmOn(id, hostId));
      const answers: Documents['agents'] = new Map(
        [0, 1, 2, 3].map((hostId) => {
          const own = given.filter((vm) => vm.hostId === hostId);
          const seen = [...own.map(({ id }) => id), ...(own.length === 0 ? [] : others)];
          return [hostId, [answerAt(hostId, ...seen.map((id) => domain(`one-${id}`)))]];
        }),
      );
      assert.deepEqual(refuseOtherHosts(answers, given), answers);
    }),
  );
});
