/** Power and energy of VMs, hosts and owners: of the most trusted agent, with what the exporters say of the VMs. */
import { byHost, byVm, byVmOnHost, type RuleGroup } from './rule.ts';

/** In the order in which the exporter trusts them. */
const agents = ['onepower', 'scaphandre', 'kepler'] as const;
const firstOf = (name: (agent: string) => string): string => agents.map(name).join('\n  or\n');

export interface VmStates {
  /** OpenNebula's number of ACTIVE. */
  readonly active: number;
  /** LCM state of an ACTIVE VM that simply runs. */
  readonly running: number;
  /** LCM states of an ACTIVE VM that may have a process on two hosts. */
  readonly migrating: readonly number[];
  /** LCM states of an ACTIVE VM that has no process. */
  readonly withoutProcess: readonly number[];
}

const anyOf = (states: readonly number[]): string =>
  states.map((state) => `vm:opennebula_vm_passing_lcm_state:max == ${state}`).join(' or ');

/** Front-ends may differ for a moment in what they say of a VM: one of them counts, and a join stays one to one. */
const nameOfVm = `topk by (${byVm}) (1, max by (${byVm}, one_vm_name, one_vm_owner) (opennebula_vm_info))`;

const powerRules = (states: VmStates): RuleGroup => ({
  name: 'OpenNebulaPower',
  rules: [
    {
      record: 'host:opennebula_host_power:watts',
      about: 'Power of hosts, of the most trusted of their agents.',
      expr: firstOf((agent) => `host:${agent}_power:watts`),
    },
    {
      record: 'vm_host:opennebula_vm_power:watts',
      about: 'Power of VMs on each host where an agent sees them, of the most trusted that does.',
      expr: firstOf((agent) => `vm_host:${agent}_power:watts`),
    },
    {
      record: 'vm:opennebula_vm_passing_lcm_state:max',
      about: 'LCM states of the few ACTIVE VMs that do not simply run.',
      expr: `max by (${byVm}) (opennebula_vm_lcm_state != ${states.running})
  and on (${byVm})
(opennebula_vm_state == ${states.active})`,
    },
    {
      record: 'vm:opennebula_vm_migrating:bool',
      part: 'hidden',
      about: 'VMs that may have a process on two hosts.',
      expr: anyOf(states.migrating),
    },
    {
      record: 'vm:opennebula_vm_without_process:bool',
      part: 'hidden',
      about: 'VMs that have no process on any host.',
      expr: `max by (${byVm}) (opennebula_vm_state != ${states.active}) or ${anyOf(states.withoutProcess)}`,
    },
    {
      record: 'vm:opennebula_vm_power_bare:watts',
      about:
        'Power of VMs: on the host that OpenNebula has them on, and while they migrate on both. A VM without a process draws 0 W; one that was not measured has no sample.',
      expr: `(
  sum by (${byVm}) (
    (
      vm_host:opennebula_vm_power:watts and on (${byVmOnHost}) opennebula_vm_info
        or
      vm_host:opennebula_vm_power:watts and on (${byVm}) vm:opennebula_vm_migrating:bool
    )
  )
    unless on (${byVm})
  vm:opennebula_vm_without_process:bool
)
  or
(
  0 * vm:opennebula_vm_without_process:bool
    unless on (${byVm})
  vm_host:opennebula_vm_power:watts
)`,
    },
    {
      record: 'vm:opennebula_vm_power:watts',
      about: 'The same, with name and owner.',
      expr: `vm:opennebula_vm_power_bare:watts
  * on (${byVm}) group_left (one_vm_name, one_vm_owner)
${nameOfVm}`,
    },
    {
      record: 'host:opennebula_vm_power_watts:sum',
      about: 'What the VMs of a host draw together; less than the host itself.',
      expr: `sum by (${byHost}) (vm_host:opennebula_vm_power:watts)`,
    },
    {
      record: 'owner:opennebula_vm_power_watts:sum',
      about: 'What the VMs of an owner draw together.',
      expr: 'sum by (one_zone_id, one_vm_owner) (vm:opennebula_vm_power:watts)',
    },
    {
      record: 'vm:opennebula_vm_power_unmeasured:info',
      about: 'VMs that may draw power and were not measured.',
      expr: `max by (${byVm}) (opennebula_vm_state == ${states.active}) * 0 + 1
  unless on (${byVm}) vm:opennebula_vm_power_bare:watts
  unless on (${byVm}) vm:opennebula_vm_without_process:bool`,
    },
  ],
});

/** @param intervalSeconds how often the rules are evaluated: what each sample of power stands for */
const energyRules = (intervalSeconds: number): RuleGroup => {
  const joules = (power: string): string => `sum_over_time(${power}[1h]) * ${intervalSeconds}`;
  const grown = (by: string, series: string, labels: string): string =>
    `sum by (${by}) (max by (${by}, ${labels}) (increase(${series}[1h])))`;
  return {
    name: 'OpenNebulaEnergy',
    rules: [
      {
        record: 'vm:opennebula_vm_energy_kwh:increase1h',
        about:
          'Energy of VMs in the last hour, in kilowatt-hours: what their counters have grown by, where the agent counts the energy of VMs; else their power, over the time that it was known for.',
        expr: `sum by (${byVm}) (
  ${grown(byVmOnHost, 'onepower_vm_energy_joules_total', 'domain, uuid')}
    or
  ${joules('vm_host:scaphandre_power:watts')}
    or
  ${joules('vm_host:kepler_power:watts')}
) / 3.6e6`,
      },
      {
        record: 'owner:opennebula_vm_energy_kwh:increase1h',
        about: 'Of the VMs of an owner.',
        expr: `sum by (one_zone_id, one_vm_owner) (
  vm:opennebula_vm_energy_kwh:increase1h
    * on (${byVm}) group_left (one_vm_owner)
  ${nameOfVm}
)`,
      },
      {
        record: 'host:opennebula_host_energy_kwh:increase1h',
        about: 'Energy of hosts in the last hour.',
        expr: `(
  ${grown(byHost, 'onepower_host_energy_joules_total', 'instance')}
    or
  ${joules('host:scaphandre_power:watts')}
    or
  ${joules('host:kepler_power:watts')}
) / 3.6e6`,
      },
      {
        record: 'host:opennebula_host_power_known:seconds1h',
        about:
          'For how much of the last hour the power of a host was known: its energy of the rest is in no sum.',
        expr: `count_over_time(host:opennebula_host_power:watts[1h]) * ${intervalSeconds}`,
      },
    ],
  };
};

export const commonRules = (states: VmStates, intervalSeconds: number): readonly RuleGroup[] => [
  powerRules(states),
  energyRules(intervalSeconds),
];
