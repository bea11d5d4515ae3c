/** Writes a host's page as Telegraf and node_exporter do: the power of the host and of no VM. */
import { meanMicrowatts, type SimulatedHost } from './cloud.ts';

const meanWatts = meanMicrowatts / 1e6;
/** What a machine draws besides its processors. */
const supplyFactor = 1.6;

export const formatTelegrafPage = ({ name, powerMicrowatts }: SimulatedHost): Buffer => {
  const watts = powerMicrowatts / 1e6;
  const sensor = (sensorName: string, value: number): string =>
    `ipmi_sensor{host="${name}",name="${sensorName}",server="",unit="watts"} ${Math.round(value)}\n`;
  const supply = (index: number): string =>
    `ipmi_sensor{host="${name}",name="ps${index}_curr_out_%",server="",unit="percent"} ${Math.round((supplyFactor * watts) / 15)}\n`;
  const powerstat = (what: string, value: number): string =>
    `powerstat_package_${what}_watts{host="${name}",package_id="0"} ${value.toFixed(2)}\n`;
  return Buffer.from(
    [
      '# HELP ipmi_sensor Telegraf collected metric\n# TYPE ipmi_sensor untyped\n',
      sensor('average_power_reading_over_sample_period', supplyFactor * meanWatts),
      sensor('instantaneous_power_reading', supplyFactor * watts),
      supply(1),
      supply(2),
      '# HELP powerstat Telegraf collected metric\n',
      powerstat('current_dram_power_consumption', 0.1 * watts),
      powerstat('current_power_consumption', 0.9 * watts),
      powerstat('thermal_design_power', 250),
      'process_open_fds 11\n',
    ].join(''),
  );
};

/** @param passed seconds for which the cloud has been as it is here */
export const formatNodeExporterPage = ({ energyMicrojoules }: SimulatedHost, passed: number): Buffer => {
  const joules = energyMicrojoules / 1e6 + meanWatts * passed;
  const zone = (name: string, index: number, path: string, part: number): string =>
    `node_rapl_${name}_joules_total{index="${index}",path="/sys/class/powercap/intel-rapl:${path}"} ${(part * joules).toFixed(6)}\n`;
  return Buffer.from(
    [
      'node_exporter_build_info{version="1.9.0"} 1\n',
      zone('dram', 0, '0:0', 0.05),
      zone('dram', 1, '1:0', 0.05),
      zone('package', 0, '0', 0.45),
      zone('package', 1, '1', 0.45),
      'node_scrape_collector_success{collector="rapl"} 1\n',
    ].join(''),
  );
};
