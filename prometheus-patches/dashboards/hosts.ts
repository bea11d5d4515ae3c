/** What hosts draw, when they are idle too, and how it is known. */
import { dashboard, graph, hostChoice, row, zoneChoice } from './parts.ts';
import { meanOfHosts, ofHosts, selected, vmWatts, withNames } from './queries.ts';

const hostWatts = ofHosts('opennebula_host_power_watts');
const wattsOfVms = `sum by (one_zone_id, one_host_id) (${withNames(vmWatts, 'one_host_id')})`;
const legend = 'host {{one_host_id}}';

export const hosts = () =>
  dashboard(
    {
      uid: 'oneext-hosts',
      title: 'OpenNebula Power: Hosts',
      description: 'What hosts draw, with their VMs, idle, and as whole machines.',
    },
    [zoneChoice(), hostChoice()],
    [
      graph(
        {
          title: 'Power by host',
          description: 'As the power agent of the host measures it.',
          unit: 'watt',
          width: 12,
        },
        [hostWatts, legend],
      ),
      graph(
        { title: 'VM power by host', description: 'The sum of the measured VMs.', unit: 'watt', width: 12 },
        [wattsOfVms, legend],
      ),
      graph(
        {
          title: 'Power that no VM draws',
          description: 'The host without its measured VMs: idle CPUs, and programs that belong to no VM.',
          unit: 'watt',
          width: 12,
        },
        [`${hostWatts} - (${wattsOfVms} or 0 * ${hostWatts})`, legend],
      ),
      graph(
        {
          title: 'Idle power',
          description: 'What the host would draw if no CPU were busy, by its model.',
          unit: 'watt',
          width: 12,
        },
        [ofHosts('opennebula_host_idle_watts'), legend],
      ),
      row('Model'),
      graph({ title: 'Power of one more busy CPU', description: 'By the model.', unit: 'watt', width: 12 }, [
        ofHosts('opennebula_host_watts_per_cpu'),
        legend,
      ]),
      graph(
        {
          title: 'Error of the model',
          description: 'What the model misses, as a part of the mean power.',
          unit: 'percentunit',
          width: 12,
        },
        [ofHosts('opennebula_host_model_error_ratio'), legend],
      ),
      row('The whole machine'),
      graph(
        {
          title: 'Power of the whole machine',
          description: 'As its BMC or its power supplies tell.',
          unit: 'watt',
          width: 12,
        },
        [ofHosts('opennebula_host_platform_power_watts', 'source'), `${legend}, {{source}}`],
      ),
      graph(
        {
          title: 'Whole machine by processors',
          description:
            'How many watts the machine draws for each watt that the power agent measures, over five minutes. Below 1 or above 4 one of the two meters is wrong.',
          unit: 'short',
          width: 12,
        },
        [
          `${meanOfHosts('opennebula_host_platform_power_watts')} / (${meanOfHosts('opennebula_host_power_watts')} > 0)`,
          legend,
        ],
      ),
      row('Capacity'),
      graph(
        {
          title: 'CPU given to VMs',
          description: 'As a part of what the host has.',
          unit: 'percentunit',
          width: 8,
        },
        [
          `${ofHosts('opennebula_host_cpu_usage_ratio')} / (${ofHosts('opennebula_host_cpu_maximum_ratio')} > 0)`,
          legend,
        ],
      ),
      graph(
        {
          title: 'Memory given to VMs',
          description: 'As a part of what the host has.',
          unit: 'percentunit',
          width: 8,
        },
        [
          `${ofHosts('opennebula_host_mem_usage_bytes')} / (${ofHosts('opennebula_host_mem_maximum_bytes')} > 0)`,
          legend,
        ],
      ),
      graph({ title: 'VMs', description: 'VMs that the host has.', unit: 'short', width: 8 }, [
        `max by (one_zone_id, one_host_id) (${selected('opennebula_host_vms', 'one_host_id')})`,
        legend,
      ]),
    ],
  );
