/** What the cloud draws now, and who in it. */
import { bars, dashboard, graph, hostChoice, ownerChoice, row, stat, zoneChoice } from './parts.ts';
import { noneOfThem, ofHosts, selected, vmWatts, withNames } from './queries.ts';

const hostWatts = ofHosts('opennebula_host_power_watts');
const wattsOfVms = withNames(vmWatts, 'one_host_id', 'one_vm_owner');

export const cloud = () =>
  dashboard(
    {
      uid: 'oneext-cloud',
      title: 'OpenNebula Power: Cloud',
      description: 'What all hosts and VMs draw, and the largest of them.',
    },
    [zoneChoice(), hostChoice(), ownerChoice()],
    [
      stat(
        { title: 'All hosts draw', description: 'The sum of the measured hosts.', unit: 'watt', width: 6 },
        [`sum(${hostWatts})`, 'hosts'],
      ),
      stat({ title: 'All VMs draw', description: 'The sum of the measured VMs.', unit: 'watt', width: 6 }, [
        `sum(${wattsOfVms})`,
        'VMs',
      ]),
      stat(
        {
          title: 'Hosts would draw idle',
          description: 'The sum of what the models of hosts say that they draw when no CPU is busy.',
          unit: 'watt',
          width: 6,
        },
        [`sum(${ofHosts('opennebula_host_idle_watts')})`, 'idle'],
      ),
      stat(
        {
          title: 'VMs not measured',
          description: 'The dashboard of the agents says why.',
          unit: 'short',
          width: 6,
        },
        [
          `count(max by (one_zone_id, one_vm_id) (${selected('opennebula_vm_power_unmeasured_info', 'one_host_id')})) or ${noneOfThem}`,
          'VMs',
        ],
      ),
      graph(
        {
          title: 'Power of the cloud',
          description: 'What lies between the lines of hosts and VMs is drawn by no VM.',
          unit: 'watt',
          width: 24,
        },
        [`sum(${hostWatts})`, 'hosts'],
        [`sum(${wattsOfVms})`, 'VMs'],
        [`sum(${ofHosts('opennebula_host_idle_watts')})`, 'hosts, idle'],
      ),
      row('Who draws it'),
      graph({ title: 'VM power by owner', description: 'The ten largest.', unit: 'watt', width: 12 }, [
        `topk(10, sum by (one_vm_owner) (${wattsOfVms}))`,
        '{{one_vm_owner}}',
      ]),
      bars({ title: 'VMs by power', description: 'The ten largest.', unit: 'watt', width: 12 }, [
        `topk(10, ${wattsOfVms})`,
        '{{one_vm_id}} {{one_vm_name}}',
      ]),
      graph({ title: 'Power by host', description: 'The twenty largest.', unit: 'watt', width: 12 }, [
        `topk(20, ${hostWatts})`,
        'host {{one_host_id}}',
      ]),
      graph(
        {
          title: 'Allocated by capacity',
          description: 'What VMs have been given, as a part of what the hosts have.',
          unit: 'percentunit',
          width: 12,
        },
        [
          `sum(${ofHosts('opennebula_host_cpu_usage_ratio')}) / sum(${ofHosts('opennebula_host_cpu_maximum_ratio')})`,
          'CPU',
        ],
        [
          `sum(${ofHosts('opennebula_host_mem_usage_bytes')}) / sum(${ofHosts('opennebula_host_mem_maximum_bytes')})`,
          'memory',
        ],
      ),
    ],
  );
