import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { DomainPower, PowerVerdict } from '../../collectors/agents/agent.ts';
import type { AgentAnswer, VmWithAttributes } from '../../collectors/collector.ts';
import { powerCollector } from '../../collectors/power.ts';
import type { Host } from '../../lib/one/host.ts';
import { encodeFamilies } from '../../lib/prometheus/exposition.ts';
import { microwatts } from '../../lib/units/units.ts';
import { defaultSettings, emptyDocuments } from '../support/documents.ts';
import { familyOf } from '../support/samples.ts';

const vm = (id: number, hostId: number | undefined, state = 3, lcmState = 3): VmWithAttributes => ({
  id,
  state,
  lcmState,
  hostId,
  deployId: `one-${id}`,
  startTime: '0',
  memoryBytes: undefined,
  cpuRatio: undefined,
  vcpus: 1,
  disks: [],
  nicCount: 0,
  name: '',
  owner: '',
  group: 'users',
  flavours: -1,
  exporter: undefined,
  previousHostId: undefined,
});

const host = (id: number, changes: Partial<Host> = {}): Host => ({
  id,
  name: `h${id}`,
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
  hostname: '',
  cluster: '',
  powerAgentUrl: undefined,
  ...changes,
});

const domain = (id: number | string) => ({ name: `one-${id}`, uuid: '' });
const sound = (
  powers: Readonly<Record<number, number>>,
  hostPower = 1e8,
  absurdVms: readonly number[] = [],
): PowerVerdict => ({
  sound: true,
  version: '1.02',
  reading: {
    method: 'agent_watts',
    domains: [
      ...Object.entries(powers).map(([id, power]) => ({ ...domain(id), power: microwatts(power) })),
      ...absurdVms.map((id): DomainPower => ({ ...domain(id), power: 'absurd_value' })),
    ],
    hostPower: microwatts(hostPower),
    isDoubtful: false,
  },
});
const timedOut: PowerVerdict = { sound: false, version: '', reason: 'timeout', detail: '' };

interface Situation {
  readonly vms: readonly VmWithAttributes[];
  readonly hosts?: readonly Host[];
  /** One agent's, or those of several with their names. */
  readonly answers: Readonly<Record<number, PowerVerdict | readonly AgentAnswer[]>>;
  readonly unmeasuredPower?: 'omit' | 'zero';
}

const pageOf = ({
  vms,
  hosts = [host(0), host(1)],
  answers,
  unmeasuredPower = 'omit',
}: Situation): string => {
  const agents = new Map<number, readonly AgentAnswer[]>(
    Object.entries(answers).map(([id, given]) => [
      Number(id),
      'sound' in given ? [{ agent: 'scaphandre', verdict: given }] : given,
    ]),
  );
  return encodeFamilies(
    powerCollector.collect(
      { ...emptyDocuments, vms, hosts, agents },
      {
        ...defaultSettings,
        'power.unmeasured': unmeasuredPower,
      },
    ),
    'prometheus',
  ).toString();
};

const powerOf = (situation: Situation) => familyOf(pageOf(situation), 'opennebula_vm_power_consumption_uW');
const reasonsOf = (situation: Situation): readonly string[] =>
  Object.keys(familyOf(pageOf(situation), 'opennebula_vm_power_unmeasured_info'));

test('each VM with its own power, a measured zero too', () => {
  assert.deepEqual(
    powerOf({
      vms: [vm(5, 0), vm(4, 1), vm(3, 1)],
      answers: { 0: sound({ 5: 1500.5 }), 1: sound({ 4: 0, 3: 7 }) },
    }),
    {
      '{one_vm_id="5"}': 1500.5,
      '{one_vm_id="4"}': 0,
      '{one_vm_id="3"}': 7,
    },
  );
});

test('a VM that is not running draws 0, also when its host is down', () => {
  const situation = {
    vms: [vm(5, 0, 8, 0), vm(4, undefined, 1, 0), vm(3, 0, 3, 36)],
    answers: { 0: timedOut },
  };
  assert.deepEqual(powerOf(situation), { '{one_vm_id="5"}': 0, '{one_vm_id="4"}': 0, '{one_vm_id="3"}': 0 });
  assert.deepEqual(reasonsOf(situation), []);
});

test('D13-powered-off: a process that OpenNebula knows nothing of gives no watts and no 0, but a reason', () => {
  const reason = ['{one_host_id="0",one_vm_id="5",reason="process_unexpected"}'];
  const states = { poweroff: [8, 0], undeployed: [9, 0], 'prolog of a resume': [3, 31] } as const;
  for (const [name, [state, lcm]] of Object.entries(states)) {
    const situation = { vms: [vm(5, 0, state, lcm), vm(4, 0)], answers: { 0: sound({ 5: 1e6, 4: 7 }) } };
    assert.deepEqual(powerOf(situation), { '{one_vm_id="4"}': 7 }, name);
    assert.deepEqual(reasonsOf(situation), reason, name);
  }
  const absurd = { vms: [vm(5, 0, 8, 0)], answers: { 0: sound({}, 1e8, [5]) } };
  assert.deepEqual(powerOf(absurd), {});
  assert.deepEqual(reasonsOf(absurd), reason);
});

test('D13-shutdown: while a VM is shut down, saved or booted, its process is measured', () => {
  for (const lcm of [2, 5, 6, 12, 16, 18, 19, 20, 29, 32, 35]) {
    const situation = { vms: [vm(5, 0, 3, lcm)], answers: { 0: sound({ 5: 9 }) } };
    assert.deepEqual(powerOf(situation), { '{one_vm_id="5"}': 9 }, `LCM state ${lcm}`);
  }
});

test('D13-elsewhere: what another host says of a VM that does not migrate counts for nothing', () => {
  const vms = [vm(5, 0), vm(4, 0, 8, 0), vm(3, 0)];
  const honest = sound({ 5: 9 });
  const expected = { '{one_vm_id="5"}': 9, '{one_vm_id="4"}': 0 };
  for (const other of [sound({ 5: 1e6, 4: 1e6, 3: 1e6 }), sound({}, 1e8, [5, 4, 3]), honest]) {
    const situation = { vms, answers: { 0: honest, 1: other } };
    assert.deepEqual(powerOf(situation), expected);
    assert.deepEqual(reasonsOf(situation), ['{one_host_id="0",one_vm_id="3",reason="process_not_found"}']);
  }
});

test('D13-save: a VM that is saved to migrate draws power on the host that it comes from', () => {
  const vms = [{ ...vm(5, 1, 3, 7), previousHostId: 0 }];
  assert.deepEqual(powerOf({ vms, answers: { 0: sound({ 5: 9 }), 1: sound({}) } }), { '{one_vm_id="5"}': 9 });
  assert.deepEqual(reasonsOf({ vms, answers: { 0: timedOut, 1: sound({}) } }), [
    '{one_host_id="1",one_vm_id="5",reason="migration_partly_measured"}',
  ]);
});

const scaphandre = (verdict: PowerVerdict): AgentAnswer => ({ agent: 'scaphandre', verdict });
/** An agent that the exporter does not know yet. */
const other = (verdict: PowerVerdict): AgentAnswer => ({ agent: 'other', verdict });
const platformOnly = (hostPower: number): PowerVerdict => ({
  sound: true,
  version: '3',
  reading: {
    method: undefined,
    domains: undefined,
    hostPower: microwatts(hostPower),
    isDoubtful: false,
  },
});

test('two agents of one host that see the same VM: one value, and never 10.1 W for 5.05', () => {
  const [five, six] = [sound({ 5: 5.05e6 }), sound({ 5: 6e6 })];
  const powerWith = (...answers: readonly AgentAnswer[]) =>
    powerOf({ vms: [vm(5, 0)], answers: { 0: answers } });
  const expected = { '{one_vm_id="5"}': 5.05e6 };
  assert.deepEqual(
    powerWith(scaphandre(five), scaphandre(sound({ 5: 5.05e6 }))),
    expected,
    'two URLs of one agent',
  );
  assert.deepEqual(powerWith(scaphandre(five), scaphandre(six)), expected, 'of one agent the first');
  assert.deepEqual(powerWith(scaphandre(five), scaphandre(five)), expected, 'two URLs of one page');
  assert.deepEqual(powerWith(scaphandre(timedOut), scaphandre(five)), expected, 'the first is down');
  assert.deepEqual(powerWith(scaphandre(sound({ 6: 1 })), scaphandre(five)), expected, 'the first lacks it');
});

test('sums are over hosts only, whatever several agents of each say', () => {
  const vms = [vm(5, 1, 3, 4)];
  const [a, b] = [sound({ 5: 900 }), sound({ 5: 100 })];
  const answers = { 0: [scaphandre(a), scaphandre(sound({ 5: 901 }))], 1: [scaphandre(b), scaphandre(a)] };
  assert.deepEqual(powerOf({ vms, answers }), { '{one_vm_id="5"}': 1000 });
});

test("a VM's power from one agent, the host's from another", () => {
  const page = pageOf({
    vms: [vm(5, 0), vm(6, 1)],
    answers: {
      0: [scaphandre(sound({ 5: 7 }, 2e6)), scaphandre(platformOnly(3e6))],
      1: [scaphandre(timedOut), scaphandre(platformOnly(4e6))],
    },
  });
  assert.deepEqual(familyOf(page, 'opennebula_vm_power_consumption_uW'), { '{one_vm_id="5"}': 7 });
  assert.deepEqual(familyOf(page, 'opennebula_host_power_watts'), {
    '{one_host_id="0"}': 2,
    '{one_host_id="1"}': 4,
  });
  assert.deepEqual(Object.keys(familyOf(page, 'opennebula_vm_power_unmeasured_info')), [
    '{one_host_id="1",one_vm_id="6",reason="agent_unsound"}',
  ]);
  assert.deepEqual(familyOf(page, 'opennebula_power_agent_up'), {
    '{one_host_id="0"}': 1,
    '{one_host_id="1"}': 1,
  });
});

test('a host is up where one of its agents is, and each agent has its line', () => {
  const page = pageOf({
    vms: [],
    answers: { 0: [scaphandre(timedOut), other(sound({}))], 1: [scaphandre(timedOut), scaphandre(timedOut)] },
  });
  assert.deepEqual(familyOf(page, 'opennebula_power_agent_up'), {
    '{one_host_id="0"}': 1,
    '{one_host_id="1"}': 0,
  });
  assert.deepEqual(Object.keys(familyOf(page, 'opennebula_power_agent_info')), [
    '{agent="scaphandre",method="",one_host_id="0",reason="timeout",version=""}',
    '{agent="other",method="agent_watts",one_host_id="0",reason="ok",version="1.02"}',
    '{agent="scaphandre",method="",one_host_id="1",reason="timeout",version=""}',
  ]);
});

test('8.2: an absurd value costs its VM the sample, and no other VM', () => {
  const situation = { vms: [vm(5, 0), vm(4, 0)], answers: { 0: sound({ 4: 3 }, 1e8, [5]) } };
  assert.deepEqual(powerOf(situation), { '{one_vm_id="4"}': 3 });
  assert.deepEqual(reasonsOf(situation), ['{one_host_id="0",one_vm_id="5",reason="absurd_value"}']);
});

test('8.2: an absurd value of one agent gives way to a value of another', () => {
  const answers = { 0: [scaphandre(sound({}, 1e8, [5])), scaphandre(sound({ 5: 3 }))] };
  assert.deepEqual(powerOf({ vms: [vm(5, 0)], answers }), { '{one_vm_id="5"}': 3 });
});

test('8.2: a VM that migrates has no sample while one end is absurd', () => {
  const vms = [{ ...vm(5, 1, 3, 4), previousHostId: 0 }];
  for (const answers of [
    { 0: sound({}, 1e8, [5]), 1: sound({ 5: 100 }) },
    { 0: sound({ 5: 100 }), 1: sound({}, 1e8, [5]) },
  ]) {
    assert.deepEqual(powerOf({ vms, answers }), {});
    assert.deepEqual(reasonsOf({ vms, answers }), ['{one_host_id="1",one_vm_id="5",reason="absurd_value"}']);
  }
});

test('a VM that migrates draws what both ends measure', () => {
  const vms = [vm(5, 1, 3, 4)];
  assert.deepEqual(powerOf({ vms, answers: { 0: sound({ 5: 900 }), 1: sound({ 5: 100 }) } }), {
    '{one_vm_id="5"}': 1000,
  });
  const partly = {
    vms: [{ ...vm(5, 1, 3, 4), previousHostId: 0 }],
    answers: { 0: timedOut, 1: sound({ 5: 100 }) },
  };
  assert.deepEqual(powerOf(partly), {});
  assert.deepEqual(reasonsOf(partly), ['{one_host_id="1",one_vm_id="5",reason="migration_partly_measured"}']);
});

test('an agent that is down elsewhere costs a VM that migrates nothing', () => {
  const vms = [{ ...vm(5, 1, 3, 4), previousHostId: 2 }];
  assert.deepEqual(powerOf({ vms, answers: { 0: timedOut, 1: sound({ 5: 100 }), 2: sound({}) } }), {
    '{one_vm_id="5"}': 100,
  });
});

test('one agent that answers for several hosts counts once', () => {
  const shared = sound({ 5: 900 });
  assert.deepEqual(powerOf({ vms: [vm(5, 0)], answers: { 0: shared, 1: shared } }), {
    '{one_vm_id="5"}': 900,
  });
});

test('unknown is not zero: no sample, and the reason on the same page', () => {
  const situation: Situation = {
    hosts: [host(0), host(1), host(2, { state: 8 }), host(3, { hypervisor: 'lxc' })],
    vms: [vm(9, 0), vm(8, 1), vm(7, 2), vm(6, 3), vm(5, 77), vm(4, undefined), vm(3, 1)],
    answers: { 0: timedOut, 1: sound({ 3: 5 }) },
  };
  assert.deepEqual(powerOf(situation), { '{one_vm_id="3"}': 5 });
  assert.deepEqual(reasonsOf(situation), [
    '{one_host_id="0",one_vm_id="9",reason="agent_unsound"}',
    '{one_host_id="1",one_vm_id="8",reason="process_not_found"}',
    '{one_host_id="2",one_vm_id="7",reason="host_offline"}',
    '{one_host_id="3",one_vm_id="6",reason="host_not_kvm"}',
    '{one_host_id="77",one_vm_id="5",reason="host_unknown"}',
    '{one_host_id="-1",one_vm_id="4",reason="no_host"}',
  ]);
  assert.deepEqual(powerOf({ ...situation, unmeasuredPower: 'zero' }), {
    '{one_vm_id="9"}': 0,
    '{one_vm_id="8"}': 0,
    '{one_vm_id="7"}': 0,
    '{one_vm_id="6"}': 0,
    '{one_vm_id="5"}': 0,
    '{one_vm_id="4"}': 0,
    '{one_vm_id="3"}': 5,
  });
});

test('hosts and their agents', () => {
  const page = pageOf({ vms: [], answers: { 0: timedOut, 1: sound({}, 60_500_000) } });
  assert.deepEqual(familyOf(page, 'opennebula_host_power_watts'), { '{one_host_id="1"}': 60.5 });
  assert.deepEqual(familyOf(page, 'opennebula_power_agent_up'), {
    '{one_host_id="0"}': 0,
    '{one_host_id="1"}': 1,
  });
  assert.deepEqual(Object.keys(familyOf(page, 'opennebula_power_agent_info')), [
    '{agent="scaphandre",method="",one_host_id="0",reason="timeout",version=""}',
    '{agent="scaphandre",method="agent_watts",one_host_id="1",reason="ok",version="1.02"}',
  ]);
});

test('law: every VM has either a sample or a reason, and power is never invented', () => {
  const anyVm = fc
    .record({
      id: fc.nat(30),
      hostId: fc.option(fc.nat(4), { nil: undefined }),
      state: fc.nat(11),
      lcm: fc.nat(71),
    })
    .map(({ id, hostId, state, lcm }) => vm(id, hostId, state, lcm));
  const anyAnswer = fc.oneof(
    fc.constant(timedOut),
    fc.dictionary(fc.nat(30).map(String), fc.nat(1e6)).map((powers) => sound(powers)),
  );
  fc.assert(
    fc.property(
      fc.uniqueArray(anyVm, { selector: ({ id }) => id }),
      fc.dictionary(fc.nat(3).map(String), anyAnswer),
      (vms, answers) => {
        const hosts = Object.keys(answers).map((id) => host(Number(id)));
        const situation = { vms, hosts, answers };
        const samples = powerOf(situation);
        assert.equal(Object.keys(samples).length + reasonsOf(situation).length, vms.length);
        const measured = Object.values(answers).reduce(
          (sum, answer) =>
            answer.sound
              ? (answer.reading.domains ?? []).reduce((all, { power }) => all + Number(power), sum)
              : sum,
          0,
        );
        assert.ok(Object.values(samples).reduce((a, b) => a + b, 0) <= measured);
      },
    ),
  );
});
