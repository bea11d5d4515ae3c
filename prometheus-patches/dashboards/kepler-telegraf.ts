/**
 * Kepler beside Telegraf on each host, as they are scraped: energy of processors and memory by the one, power of
 * packages, of the machine and of its power supplies by the other.
 */
import { addressChoice, bars, dashboard, graph, row } from './parts.ts';

/** An address is a host's with or without a port. */
const host = 'instance=~"($host)(:[0-9]+)?"';
/** metric_version 2 of the output has another name for the same. */
const sensor = (names: string, unit: string): string =>
  `{__name__=~"ipmi_sensor(_value)?", name=~"${names}", unit="${unit}", ${host}}`;
const byHost = (expr: string): string =>
  `label_replace(${expr}, "host", "$1", "instance", "(.*?)(:[0-9]+)?")`;

/** Of its two parts: the whole is the processor's own counter, which wraps. */
const nodeWatts = (zone: string): string =>
  ['active', 'idle']
    .map((part) => `rate(kepler_node_cpu_${part}_joules_total{zone="${zone}", ${host}}[$__rate_interval])`)
    .join(' + ');

/** Kepler from 0.10 on counts by zone; Kepler before it has a counter for each part of each container. */
const keplerWatts = (zone: string): string =>
  `sum by (host) (${byHost(nodeWatts(zone))} or ${byHost(
    `sum by (instance) (rate(kepler_container_${zone}_joules_total{${host}}[$__rate_interval]))`,
  )})`;
/** A machine has one of these meters, or its power supplies have. */
const machineWatts = `(max by (host) (${byHost(sensor('instantaneous_power_reading|pwr_consumption|power_meter', 'watts'))} > 0) or sum by (host) (${byHost(sensor('ps[0-9]+_input_power|power_supply_[0-9]+', 'watts'))} > 0))`;
const otherWatts = `(sum by (host) (${byHost(
  `sum by (instance) (rate(kepler_container_other_joules_total{${host}}[$__rate_interval]))`,
)}) or (${machineWatts} - ${keplerWatts('package')} - (${keplerWatts('dram')} or 0 * ${keplerWatts('package')})))`;

export const keplerTelegraf = () =>
  dashboard(
    {
      uid: 'oneext-kepler-telegraf',
      title: 'OpenNebula Power: Kepler with Telegraf',
      description:
        'For hosts on which Kepler and Telegraf (intel_powerstat, ipmi_sensor) run. Prometheus must scrape both under the address of the host.',
    },
    [
      addressChoice(
        'host',
        'Host',
        '{__name__=~"kepler_node_cpu_usage_ratio|kepler_node_info|powerstat_package_.*_watts|ipmi_sensor(_value)?"}',
      ),
    ],
    [
      row('Kepler'),
      graph(
        {
          title: 'Package',
          description: 'Power of all processor packages of a host.',
          unit: 'watt',
          width: 8,
        },
        [keplerWatts('package'), '{{host}}'],
      ),
      graph({ title: 'DRAM', description: 'Power of the memory.', unit: 'watt', width: 8 }, [
        keplerWatts('dram'),
        '{{host}}',
      ]),
      graph(
        {
          title: 'Other',
          description:
            'What the machine draws besides packages and memory: by Kepler before 0.10, else the power of the platform without both.',
          unit: 'watt',
          width: 8,
        },
        [otherWatts, '{{host}}'],
      ),
      bars(
        {
          title: 'Programs by power',
          description: 'Packages and memory, of those that run. The ten largest, of all hosts.',
          unit: 'watt',
          width: 24,
        },
        [
          `topk(10, sum by (comm) (kepler_process_cpu_watts{state="running", zone=~"package|dram", ${host}}) > 0)`,
          '{{comm}}',
        ],
      ),
      row('Telegraf'),
      graph(
        {
          title: 'Package and limit',
          description: 'By intel_powerstat; the limit is the thermal design power.',
          unit: 'watt',
          width: 12,
        },
        [
          `sum by (host) (${byHost(`powerstat_package_current_power_consumption_watts{${host}}`)})`,
          '{{host}}',
        ],
        [
          `sum by (host) (${byHost(`powerstat_package_thermal_design_power_watts{${host}}`)})`,
          '{{host}}, limit',
        ],
      ),
      graph(
        {
          title: 'DRAM by Telegraf',
          description: 'It should agree with that of Kepler.',
          unit: 'watt',
          width: 12,
        },
        [
          `sum by (host) (${byHost(`powerstat_package_current_dram_power_consumption_watts{${host}}`)})`,
          '{{host}}',
        ],
      ),
      graph({ title: 'Power of the platform', description: 'By its BMC.', unit: 'watt', width: 12 }, [
        machineWatts,
        '{{host}}',
      ]),
      graph(
        {
          title: 'Output current of power supplies',
          description: 'In percent of what the supply can give.',
          unit: 'percent',
          width: 12,
        },
        [byHost(sensor('ps[0-9]+_curr_out_%', 'percent')), '{{host}} {{name}}'],
      ),
    ],
  );
