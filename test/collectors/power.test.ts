import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { DomainPower, PowerVerdict } from '../../collectors/agents/agent.ts';
import type { AgentAnswer, VmCpu, VmWithAttributes } from '../../collectors/collector.ts';
import { powerCollector } from '../../collectors/power.ts';
import { noVmCpu } from '../../collectors/vm-cpu.ts';
import { type Host, noSchedulerAttributes } from '../../lib/one/host.ts';
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
  hasVcpus: true,
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
  powerBmcs: [],
  schedulerAttributes: noSchedulerAttributes,
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
  readonly vmCpu?: Partial<VmCpu>;
}

const pageOf = ({
  vms,
  hosts = [host(0), host(1)],
  answers,
  unmeasuredPower = 'omit',
  vmCpu = {},
}: Situation): string => {
  const agents = new Map<number, readonly AgentAnswer[]>(
    Object.entries(answers).map(([id, given]) => [
      Number(id),
      'sound' in given ? [{ agent: 'scaphandre', verdict: given }] : given,
    ]),
  );
  return encodeFamilies(
    powerCollector.collect(
      { ...emptyDocuments, vms, hosts, agents, vmCpu: { ...noVmCpu, ...vmCpu } },
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

test('our own agent is trusted before Scaphandre, whichever is asked first', () => {
  const onepower: AgentAnswer = { agent: 'onepower', verdict: sound({ 5: 5e6 }) };
  const others = [scaphandre(sound({ 5: 6e6 })), { agent: 'kepler', verdict: sound({ 5: 7e6 }) }];
  for (const answers of [
    [...others, onepower],
    [onepower, ...others],
  ])
    assert.deepEqual(powerOf({ vms: [vm(5, 0)], answers: { 0: answers } }), { '{one_vm_id="5"}': 5e6 });
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
    '{one_host_id="1",one_vm_id="6",reason="first_reading"}',
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

test('4-imported: a VM that migrates does not draw what an imported VM of the same name draws on its host', () => {
  const named = (power: number): PowerVerdict => ({
    sound: true,
    version: '',
    reading: {
      method: 'agent_watts',
      domains: [{ name: 'web', uuid: '', power: microwatts(power) }],
      hostPower: microwatts(1e8),
      isDoubtful: false,
    },
  });
  const migrating = { ...vm(5, 1, 3, 4), deployId: 'web' };
  const other = { ...vm(6, 2), deployId: 'web' };
  const answers = { 0: named(900), 1: named(100), 2: named(7000) };
  const hosts = [host(0), host(1), host(2)];
  assert.deepEqual(powerOf({ vms: [migrating, other], hosts, answers }), {
    '{one_vm_id="5"}': 1000,
    '{one_vm_id="6"}': 7000,
  });
});

test('a VM that migrates does not draw what another VM with its UUID draws on the host of that one', () => {
  const uuid = '6b1b0e0c-2222-4333-8444-00000000abcd';
  const nameless = (power: number): PowerVerdict => ({
    sound: true,
    version: '',
    reading: {
      method: 'agent_watts',
      domains: [{ name: '', uuid, power: microwatts(power) }],
      hostPower: microwatts(1e8),
      isDoubtful: false,
    },
  });
  const migrating = { ...vm(5, 1, 3, 4), uuid };
  const hosts = [host(0), host(1), host(2)];
  const answers = { 0: nameless(900), 1: nameless(100), 2: nameless(7000) };
  const both = { '{one_vm_id="5"}': 1000, '{one_vm_id="6"}': 7000 };
  assert.deepEqual(powerOf({ vms: [migrating, { ...vm(6, 2), uuid }], hosts, answers }), both);
  const off = { ...vm(6, 2, 8, 0), uuid };
  assert.equal(
    powerOf({ vms: [migrating, off], hosts, answers })['{one_vm_id="5"}'],
    8000,
    'it is off there',
  );
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

/** The page of a build that is known to inflate. */
const doubtful = (powers: Readonly<Record<number, number>>, hostPower: number): PowerVerdict => {
  const verdict = sound(powers, hostPower);
  return verdict.sound ? { ...verdict, reading: { ...verdict.reading, isDoubtful: true } } : verdict;
};

test('1-inflated: a doubtful agent costs the VM its sample whose watts it cannot have used, and no other VM', () => {
  const situation: Situation = {
    vms: [
      { ...vm(5, 0), vcpus: 2 },
      { ...vm(4, 0), vcpus: 1 },
    ],
    hosts: [host(0, { cpuTotal: 1600 })],
    answers: { 0: doubtful({ 5: 70.1e6, 4: 0.2e6 }, 70.1e6) },
  };
  assert.deepEqual(powerOf(situation), { '{one_vm_id="4"}': 0.2e6 });
  assert.deepEqual(reasonsOf(situation), ['{one_host_id="0",one_vm_id="5",reason="inflated"}']);
  const withCpu = { ...situation, vmCpu: { last: new Map([[4, 0.0001]]) } };
  assert.deepEqual(powerOf(withCpu), { '{one_vm_id="4"}': 0.2e6 });
  const idle = { ...withCpu, answers: { 0: doubtful({ 4: 1e6 }, 70.1e6) } };
  assert.deepEqual(reasonsOf(idle)[1], '{one_host_id="0",one_vm_id="4",reason="inflated"}');
  const honest = { ...situation, answers: { 0: sound({ 5: 70.1e6, 4: 0.2e6 }, 70.1e6) } };
  assert.deepEqual(Object.keys(powerOf(honest)).length, 2, 'an agent that is not known to inflate');
});

test('1-inflated: the value of another agent of the host counts instead', () => {
  const answers = { 0: [scaphandre(doubtful({ 5: 70e6 }, 70e6)), other(sound({ 5: 9e6 }, 70e6))] };
  const hosts = [host(0, { cpuTotal: 1600 })];
  assert.deepEqual(powerOf({ vms: [vm(5, 0)], hosts, answers }), { '{one_vm_id="5"}': 9e6 });
});

const metered: Situation = {
  vms: [vm(5, 0), vm(4, 0), vm(3, 0, 8, 0)],
  hosts: [host(0, { cpuTotal: 1600 })],
  answers: { 0: [other(platformOnly(99e6))] },
  vmCpu: {
    mean: new Map([
      [5, 2],
      [4, 4],
    ]),
    hostPower: new Map([[0, microwatts(100e6)]]),
  },
};

test('3-estimate: with a host meter alone, a VM draws the part of the power of the host that its CPU is of all CPUs', () => {
  assert.deepEqual(powerOf(metered), {
    '{one_vm_id="5"}': 12.5e6,
    '{one_vm_id="4"}': 25e6,
    '{one_vm_id="3"}': 0,
  });
  assert.deepEqual(Object.keys(familyOf(pageOf(metered), 'opennebula_power_agent_info')), [
    '{agent="other",method="opennebula_cpu",one_host_id="0",reason="ok",version="3"}',
  ]);
});

test('3-estimate: an agent that measures VMs is preferred, and one that does not answer is made up for', () => {
  const both = { ...metered, answers: { 0: [other(platformOnly(99e6)), scaphandre(sound({ 5: 7 }))] } };
  assert.deepEqual(powerOf(both), { '{one_vm_id="5"}': 7, '{one_vm_id="3"}': 0 });
  assert.deepEqual(
    Object.keys(familyOf(pageOf(both), 'opennebula_power_agent_info')).map(
      (labels) => /method="\w*"/.exec(labels)?.[0],
    ),
    ['method=""', 'method="agent_watts"'],
  );
  const down = { ...metered, answers: { 0: [scaphandre(timedOut), other(platformOnly(99e6))] } };
  assert.deepEqual(powerOf(down), powerOf(metered));
});

test('3-estimate: what is not known is said, and nothing is invented', () => {
  const reasonWith = (changes: Partial<Situation>): string | undefined =>
    /reason="(\w+)"/.exec(reasonsOf({ ...metered, vms: [vm(5, 0)], ...changes }).join())?.[1];
  const { mean, hostPower } = metered.vmCpu ?? {};
  assert.equal(reasonWith({ vmCpu: { mean: mean ?? new Map() } }), 'first_reading');
  assert.equal(reasonWith({ vmCpu: { hostPower: hostPower ?? new Map() } }), 'cpu_unknown');
  assert.equal(reasonWith({ vms: [vm(5, 0, 3, 4)] }), 'migration_partly_measured');
  assert.equal(reasonWith({ hosts: [host(0, { state: 8 })] }), 'host_offline');
  assert.equal(reasonWith({ answers: { 0: timedOut } }), 'agent_unsound');
  const first: PowerVerdict = { sound: false, version: '', reason: 'first_reading', detail: '' };
  assert.equal(reasonWith({ answers: { 0: [other(timedOut), other(first)] } }), 'first_reading');
});

test('law: estimates of the VMs of a host are together not more than what the host draws', () => {
  const cpus = fc.double({ min: 0, max: 16, noNaN: true });
  fc.assert(
    fc.property(fc.array(cpus, { maxLength: 12 }), (all) => {
      const mean = new Map(all.map((busy, id) => [id, busy]));
      const vms = all.map((_, id) => vm(id, 0));
      const powers = Object.values(powerOf({ ...metered, vms, vmCpu: { ...metered.vmCpu, mean } }));
      assert.equal(powers.length, all.length);
      assert.ok(powers.reduce((sum, power) => sum + power, 0) <= 100e6 * (1 + 1e-9));
    }),
  );
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
