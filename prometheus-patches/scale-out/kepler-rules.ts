/**
 * Power of VMs and hosts from series of Kepler 0.10 or later. Where its page has processes: the power of the host,
 * shared out by processor time. Where it has VMs alone: the watts that Kepler gives them.
 */
import { byHost, byVmOnHost, counterWindow, judgedRules, type RuleGroup, rateOf } from './rule.ts';

/** A host is its platform (psys) where it has that, else its packages with their memory. */
const ofHostZones = (sumOf: (zones: string) => string): string => `${sumOf('zone="psys"')}
  or on (${byHost})
${sumOf('zone=~"package|dram"')}`;

export const keplerRules: RuleGroup = {
  name: 'OpenNebulaPowerKepler',
  rules: [
    {
      record: 'host:kepler_whole:bool',
      part: 'hidden',
      about: 'Hosts whose page came whole and has power: of the zone that stands for the host.',
      expr: `max by (${byHost}) (
  (kepler_node_cpu_watts{zone="psys"} != 0)
    or on (${byHost})
  (kepler_node_cpu_watts{zone="package"} unless on (${byHost}) kepler_node_cpu_watts{zone="psys"}) != 0
)
  and on (${byHost})
promhttp_metric_handler_errors_total`,
    },
    {
      record: 'host:kepler_shown:watts',
      part: 'hidden',
      about: 'Power of hosts, as Kepler shows it.',
      expr: `(
${ofHostZones((zones) => `sum by (${byHost}) (kepler_node_cpu_watts{${zones}})`)}
)
  and on (${byHost})
host:kepler_whole:bool`,
    },
    {
      record: 'host:kepler_counted:watts',
      part: 'hidden',
      about: 'Power of hosts, by what their energy has grown between the last two scrapes.',
      expr: `(
${ofHostZones(
  (zones) => `(
  sum by (${byHost}) (${rateOf(`kepler_node_cpu_active_joules_total{${zones}}`)})
    + on (${byHost})
  sum by (${byHost}) (${rateOf(`kepler_node_cpu_idle_joules_total{${zones}}`)})
)`,
)}
) > 0
  and on (${byHost})
host:kepler_whole:bool`,
    },
    {
      record: 'process:kepler_cpus:rate',
      part: 'hidden',
      about: 'Busy CPUs of processes that run QEMU and have not ended.',
      expr: `${rateOf('kepler_process_cpu_seconds_total{one_qemu="1"}')}
  unless on (${byHost}, pid)
kepler_process_cpu_watts`,
    },
    {
      record: 'host:kepler_measured:watts',
      about:
        'Power of hosts. What is scraped twice between two measurements of Kepler gives none for hosts with processes.',
      expr: `(
  host:kepler_counted:watts and on (${byHost}) kepler_process_cpu_seconds_total
)
  or on (${byHost})
(
  host:kepler_shown:watts and on (${byHost}) (sum by (${byHost}) (process:kepler_cpus:rate) > 0)
)
  or on (${byHost})
(
  host:kepler_shown:watts
    unless on (${byHost})
  (kepler_process_cpu_seconds_total and on (${byHost}) irate(kepler_node_cpu_active_joules_total[${counterWindow}]))
)`,
    },
    {
      record: 'host:kepler_limit:watts',
      part: 'hidden',
      about: 'The most that the VMs of a host can draw.',
      expr: `1.1 * (
  host:kepler_measured:watts
    <= on (${byHost})
  (10000 * count by (${byHost}) (count by (${byHost}, physical_id) (kepler_node_cpu_info)))
)`,
    },
    {
      record: 'process_vm:kepler_name:info',
      part: 'hidden',
      about:
        'Which VM a process is: by the list of pids that our installer adds to the page; without it by what Kepler calls the VM, if all processes of that name run QEMU.',
      expr: `max by (${byVmOnHost}, pid) (oneext_vm_process_info{one_vm_id!=""} == 1)
  or
(
  max by (${byVmOnHost}, pid) (
    0 * kepler_process_cpu_seconds_total{one_qemu="1",vm_id!=""} + 1
      + on (${byHost}, vm_id) group_left (one_vm_id)
    0 * max by (${byVmOnHost}, vm_id) (kepler_vm_cpu_watts{one_vm_id!=""})
      unless on (${byHost}, vm_id)
    kepler_process_cpu_seconds_total{one_qemu=""}
  )
    unless on (${byHost})
  (oneext_vm_process_info == 1)
)`,
    },
    {
      record: 'host:kepler_shares_broken:bool',
      part: 'hidden',
      about: 'Hosts whose VMs, by what Kepler gives them, draw more together than all work of the host does.',
      expr: `(
${ofHostZones((zones) => `sum by (${byHost}) (kepler_vm_cpu_watts{${zones}} >= 0)`)}
)
  > on (${byHost})
(
  1.01 * (
${ofHostZones((zones) => `sum by (${byHost}) (kepler_node_cpu_active_watts{${zones}})`)}
  ) + 0.001
)`,
    },
    {
      record: 'vm_host:kepler_claim:watts',
      part: 'hidden',
      about: 'Power of VMs on each host.',
      expr: `sum by (${byVmOnHost}) (
  process:kepler_cpus:rate
    * on (${byHost}, pid) group_left (one_vm_id)
  process_vm:kepler_name:info
)
  * on (${byHost}) group_left ()
host:kepler_measured:watts
  / on (${byHost}) group_left ()
count by (${byHost}) (kepler_node_cpu_info)
  or
(
  (
    sum by (${byVmOnHost}) (kepler_vm_cpu_watts{one_vm_id!="",zone="psys"})
      or on (${byHost})
    sum by (${byVmOnHost}) (kepler_vm_cpu_watts{one_vm_id!="",zone=~"package|dram"})
  )
    unless on (${byHost})
  kepler_process_cpu_seconds_total
    unless on (${byHost})
  host:kepler_shares_broken:bool
    and on (${byHost})
  host:kepler_whole:bool
)`,
    },
    ...judgedRules('kepler'),
  ],
};
