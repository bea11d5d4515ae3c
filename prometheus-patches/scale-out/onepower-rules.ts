/** Power of VMs and hosts from the counters of opennebula-power-agent, over the time that it has measured. */
import { byHost, byVmOnHost, judgedRules, movedBy, type RuleGroup } from './rule.ts';

export const onepowerRules: RuleGroup = {
  name: 'OpenNebulaPowerOnepower',
  rules: [
    {
      record: 'host:onepower_seconds:delta',
      part: 'hidden',
      about:
        'Seconds between the last two scrapes of which the agent knows the energy, by its own measure of time; nothing where it has no meter.',
      expr: `(
  (max by (${byHost}) (${movedBy('onepower_measured_seconds_total')}) > 0)
    or on (${byHost})
  sum by (${byHost}) (${movedBy('onepower_host_cpu_seconds_total')})
    / on (${byHost})
  max by (${byHost}) (onepower_host_cpus)
)
  and on (${byHost})
onepower_info{meter!~"none|"}`,
    },
    {
      record: 'host:onepower_measured:watts',
      part: 'hidden',
      about: 'Power of hosts. A counter that stands still is not 0 W.',
      expr: `(
  (sum by (${byHost}) (${movedBy('onepower_host_energy_joules_total')}) > 0)
    / on (${byHost})
  (host:onepower_seconds:delta > 0)
)
  <= on (${byHost})
(
  10000 * clamp_min(count by (${byHost}) (count by (${byHost}, zone) (onepower_zone_energy_joules_total{counted="true"})), 1)
    or on (${byHost})
  (0 * max by (${byHost}) (onepower_host_cpus) + 10000)
)`,
    },
    {
      record: 'host:onepower_limit:watts',
      part: 'hidden',
      about: 'The most that the VMs of a host can draw.',
      expr: '1.1 * host:onepower_measured:watts',
    },
    {
      record: 'vm_host:onepower_claim:watts',
      part: 'hidden',
      about: 'Power of VMs on each host. One that has ended draws nothing that is known.',
      expr: `max by (${byVmOnHost}) (
  ${movedBy('onepower_vm_energy_joules_total')}
    unless on (${byHost}, domain, uuid)
  onepower_vm_ended
)
  / on (${byHost}) group_left ()
(host:onepower_seconds:delta > 0)`,
    },
    ...judgedRules('onepower'),
  ],
};
