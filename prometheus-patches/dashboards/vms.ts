/** What VMs draw, what they have used, and for how long they were not measured. */
import {
  dashboard,
  graph,
  hostChoice,
  ownerChoice,
  row,
  stat,
  table,
  vmChoice,
  zoneChoice,
} from './parts.ts';
import { gainOfVms, ofVms, vmWatts, withNames } from './queries.ts';

const by = ['one_host_id', 'one_vm_owner', 'one_vm_id'] as const;
const legend = '{{one_vm_id}} {{one_vm_name}}';
const energy = `${gainOfVms('opennebula_vm_energy_joules_total', ...by)} / 3.6e6`;
const carbon = gainOfVms('opennebula_vm_carbon_grams_total', ...by);
const unmeasured = gainOfVms('opennebula_vm_unmeasured_seconds_total', ...by);

export const vms = () =>
  dashboard(
    {
      uid: 'oneext-vms',
      title: 'OpenNebula Power: VMs',
      description:
        'Power, energy and CO2 of VMs. At most thirty VMs are drawn at once: choose an owner or VMs.',
    },
    [zoneChoice(), hostChoice(), ownerChoice(), vmChoice()],
    [
      stat(
        { title: 'These VMs draw', description: 'The sum of the measured ones.', unit: 'watt', width: 6 },
        [`sum(${withNames(vmWatts, ...by)})`, 'power'],
      ),
      stat(
        {
          title: 'Energy',
          description: 'In the time that is shown. Bills are made by oneext energy report.',
          unit: 'kwatth',
          width: 6,
        },
        [`sum(${energy})`, 'energy'],
      ),
      stat({ title: 'CO2', description: 'In the time that is shown.', unit: 'massg', width: 6 }, [
        `sum(${carbon})`,
        'CO2',
      ]),
      stat(
        {
          title: 'Not measured for',
          description: 'The time, of all these VMs together, of which the energy is not known.',
          unit: 's',
          width: 6,
        },
        [`sum(${unmeasured})`, 'time'],
      ),
      graph({ title: 'Power by VM', description: 'The thirty largest.', unit: 'watt', width: 24 }, [
        `topk(30, ${withNames(vmWatts, ...by)})`,
        legend,
      ]),
      graph(
        {
          title: 'What VMs use, and their share of what no VM uses',
          description: 'The parts that the accounts of energy charge.',
          unit: 'watt',
          width: 24,
        },
        [`sum by (part) (${withNames(ofVms('opennebula_vm_power_watts', 'part'), ...by)})`, '{{part}}'],
      ),
      row('Energy in the time that is shown'),
      table({ title: 'kWh by VM', description: 'The hundred largest.', unit: 'kwatth', width: 12 }, [
        `topk(100, ${energy})`,
        '',
      ]),
      table(
        {
          title: 'Seconds not measured, by VM',
          description: 'The hundred longest.',
          unit: 's',
          width: 12,
        },
        [`topk(100, ${unmeasured})`, ''],
      ),
      row('Capacity'),
      graph(
        {
          title: 'CPU',
          description: 'Given to the VM, in CPUs. The thirty largest.',
          unit: 'short',
          width: 12,
        },
        [`topk(30, ${withNames(ofVms('opennebula_vm_cpu_ratio'), ...by)})`, legend],
      ),
      graph(
        { title: 'Memory', description: 'Given to the VM. The thirty largest.', unit: 'bytes', width: 12 },
        [`topk(30, ${withNames(ofVms('opennebula_vm_mem_total_bytes'), ...by)})`, legend],
      ),
    ],
  );
