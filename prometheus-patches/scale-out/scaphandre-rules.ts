/** Power of VMs and hosts from series of Scaphandre, with the checks that its page allows. */
import { byHost, byVmOnHost, judgedRules, type RuleGroup } from './rule.ts';

const sockets = `count by (${byHost}) (
  count by (${byHost}, socket_id) (scaph_socket_power_microwatts or scaph_socket_energy_microjoules)
)`;

export const scaphandreRules: RuleGroup = {
  name: 'OpenNebulaPowerScaphandre',
  rules: [
    {
      record: 'host:scaphandre_sockets_limit:watts',
      part: 'hidden',
      about: 'No socket draws more than 10 kW.',
      expr: `10000 * ${sockets}`,
    },
    {
      record: 'host:scaphandre_unsound:bool',
      part: 'hidden',
      about:
        'Hosts whose page cannot be believed: no energy or power, a power that no sockets draw, or a page that ends early.',
      expr: `max by (${byHost}) (scaph_host_energy_microjoules == 0)
  or
max by (${byHost}) (scaph_host_power_microwatts == 0)
  or
max by (${byHost}) (scaph_host_power_microwatts < 0)
  or
max by (${byHost}) (scaph_host_power_microwatts != scaph_host_power_microwatts)
  or
(max by (${byHost}) (scaph_host_power_microwatts) / 1e6 > on (${byHost}) host:scaphandre_sockets_limit:watts)
  or
(
  count by (${byHost}) (scaph_socket_power_microwatts or scaph_socket_energy_microjoules)
    unless on (${byHost})
  (scaph_host_power_microwatts or scaph_self_version)
)`,
    },
    {
      record: 'host:scaphandre_measured:watts',
      part: 'hidden',
      about: 'Power of hosts, as Scaphandre has it.',
      expr: `(
  (max by (${byHost}) (scaph_host_power_microwatts) / 1e6 and on (${byHost}) host:scaphandre_sockets_limit:watts)
    and on (${byHost})
  scaph_process_power_consumption_microwatts
)
  unless on (${byHost})
host:scaphandre_unsound:bool`,
    },
    {
      record: 'host:scaphandre_limit:watts',
      part: 'hidden',
      about:
        'The most that one VM, or all VMs of a host together, can draw: a tenth more than the host, as shares are measured a moment later.',
      expr: `1.1 * host:scaphandre_measured:watts
  or
(
  host:scaphandre_sockets_limit:watts
    unless on (${byHost}) scaph_host_power_microwatts
    unless on (${byHost}) host:scaphandre_unsound:bool
)`,
    },
    {
      record: 'vm_host:scaphandre_claim:watts',
      part: 'hidden',
      about:
        'The series of a VM are its threads: the largest of them is the whole, and a sum would count twice.',
      expr: `max by (${byVmOnHost}) (scaph_process_power_consumption_microwatts{one_vm_id!=""}) / 1e6
  unless on (${byVmOnHost})
(
  (scaph_process_power_consumption_microwatts < 0)
    or
  (scaph_process_power_consumption_microwatts != scaph_process_power_consumption_microwatts)
)`,
    },
    ...judgedRules('scaphandre'),
  ],
};
