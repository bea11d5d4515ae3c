/** Kilowatt-hours, CO2 and money, by owner and by host. */
import { bars, dashboard, graph, hostChoice, ownerChoice, row, stat, zoneChoice } from './parts.ts';
import { gainOfHosts, gainOfVms, ofHosts, rateOfHosts } from './queries.ts';

const ofVmsInRange = `${gainOfVms('opennebula_vm_energy_joules_total', 'one_host_id', 'one_vm_owner')} / 3.6e6`;
const carbonInRange = gainOfVms('opennebula_vm_carbon_grams_total', 'one_host_id', 'one_vm_owner');
const hostEnergy = `${gainOfHosts('opennebula_host_energy_joules_total')} / 3.6e6`;
const kilowatts = `${ofHosts('opennebula_host_power_watts')} / 1000`;
const byHost = (expr: string, other: string): string =>
  `${expr} * on (one_zone_id, one_host_id) group_right () ${other}`;
const legend = 'host {{one_host_id}}';

export const energy = () =>
  dashboard(
    {
      uid: 'oneext-energy',
      title: 'OpenNebula Power: Energy and CO2',
      description:
        'From the counters of energy, for the time that is shown. Bills are made by oneext energy report, which also knows what Prometheus has missed.',
    },
    [zoneChoice(), hostChoice(), ownerChoice()],
    [
      stat({ title: 'Energy of hosts', description: 'While they were measured.', unit: 'kwatth', width: 6 }, [
        `sum(${hostEnergy})`,
        'hosts',
      ]),
      stat(
        {
          title: 'Energy of VMs',
          description: 'With their shares of what no VM uses.',
          unit: 'kwatth',
          width: 6,
        },
        [`sum(${ofVmsInRange})`, 'VMs'],
      ),
      stat(
        { title: 'CO2 of VMs', description: 'Where the carbon intensity is known.', unit: 'massg', width: 6 },
        [`sum(${carbonInRange})`, 'CO2'],
      ),
      stat(
        {
          title: 'Costs in an hour',
          description: 'Of the measured hosts as they draw now, where the price is known, by currency.',
          unit: 'short',
          width: 6,
        },
        [
          `sum by (currency) (${byHost(kilowatts, ofHosts('opennebula_host_energy_price_per_kwh', 'currency'))})`,
          '{{currency}}',
        ],
      ),
      row('By owner'),
      bars({ title: 'kWh by owner', description: 'The fifteen largest.', unit: 'kwatth', width: 12 }, [
        `topk(15, sum by (one_vm_owner) (${ofVmsInRange}))`,
        '{{one_vm_owner}}',
      ]),
      bars({ title: 'CO2 by owner', description: 'The fifteen largest.', unit: 'massg', width: 12 }, [
        `topk(15, sum by (one_vm_owner) (${carbonInRange}))`,
        '{{one_vm_owner}}',
      ]),
      row('By host'),
      bars({ title: 'kWh by host', description: 'The fifteen largest.', unit: 'kwatth', width: 12 }, [
        `topk(15, ${hostEnergy})`,
        legend,
      ]),
      bars(
        {
          title: 'kWh of hosts that no VM is charged for',
          description: 'The fifteen largest.',
          unit: 'kwatth',
          width: 12,
        },
        [`topk(15, ${gainOfHosts('opennebula_host_unassigned_energy_joules_total')} / 3.6e6)`, legend],
      ),
      graph(
        {
          title: 'Carbon intensity',
          description: 'CO2 of a kilowatt-hour where the host stands, in grams, and whose value it is.',
          unit: 'massg',
          width: 12,
        },
        [ofHosts('opennebula_host_carbon_intensity_grams_per_kwh', 'source'), `${legend}, {{source}}`],
      ),
      graph(
        {
          title: 'CO2 in an hour',
          description: 'Of the measured hosts as they draw now, in grams.',
          unit: 'massg',
          width: 12,
        },
        [byHost(kilowatts, ofHosts('opennebula_host_carbon_intensity_grams_per_kwh', 'source')), legend],
      ),
      graph(
        {
          title: 'Power of hosts, of machines and of the site',
          description:
            'Hosts as their power agents measure them, machines as their BMCs tell, the site with supply factor and PUE.',
          unit: 'watt',
          width: 24,
        },
        [`sum(${rateOfHosts('opennebula_host_energy_joules_total')})`, 'hosts'],
        [`sum(${ofHosts('opennebula_host_platform_power_watts')})`, 'machines'],
        [`sum(${rateOfHosts('opennebula_host_site_energy_joules_total')})`, 'site'],
      ),
    ],
  );
