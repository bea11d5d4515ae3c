/** `oneext energy report`: kilowatt-hours of a month or any other time. */
import { gridOptions } from '../../collectors/energy-options.ts';
import { createRatesAt } from '../../collectors/grid/rates-at.ts';
import { requireTariffs } from '../../collectors/grid/tariffs.ts';
import { groupings, nameColumns, zoneColumn } from '../../collectors/usage/grouping.ts';
import { createUsageReader } from '../../collectors/usage/usage.ts';
import { choiceOption, flagsOnly, listOption, optional, textOption } from '../../lib/config/options.ts';
import { connectOne } from '../../lib/io/connect-one.ts';
import { defineVerb, usageError } from '../command.ts';
import { periodOptions } from './energy-options.ts';
import { formatReport, reportFormats } from './format-report.ts';
import { askHourly } from './io/ask-hourly.ts';
import { readHours } from './io/read-hours.ts';
import { readVisibleVms } from './io/read-visible-vms.ts';
import { periodOf } from './period.ts';
import { zoneOption, zoneProblems } from './zone-folders.ts';

export const report = defineVerb({
  name: 'report',
  summary: 'show what VMs have used, in kilowatt-hours',
  operands: '',
  details: `Names and owners are those of the time when the energy was used; a VM that was given to another owner has a line for
each. The hour that is running is in it. Where a part of the time a VM ran was not measured, the energy of that part
is not in its kilowatt-hours: COVERAGE, or MEASURED, says how much was. CSV, JSON and XML carry unrounded values; what
is not known is empty there. A VM with several labels is in the line of each of them, and in the total once.

CO2 comes from energy.co2 of oneext.yaml or else from the grid zone of the host (GRID_ZONE of the host or its cluster,
or GEOLOCATION): from --energy.co2-hourly-file and --energy.co2-url, or else the mean of the year. Prices come from energy.prices of
oneext.yaml; amounts of two currencies stand in two lines.

Exporters with --shard keep their accounts in folders below --energy.directory: the report has all of them, and no
joule twice, as each exporter counts the energy of its own hosts. Where two of them counted the same host at the same
time, only the longer of the two counts, and a note says so. With --zone, the report is of several zones of OpenNebula,
with a column ZONE: ids and names are those of each zone, and CO2 and prices are those of this machine's oneext.yaml.`,
  options: {
    ...periodOptions,
    ...gridOptions,
    ...flagsOnly({
      zone: listOption({ ...zoneOption, default: '' }),
      by: choiceOption({ help: 'what each line is about', default: 'vm' }, groupings),
      as: optional(textOption({ help: 'show only the VMs that this user may see in OpenNebula' }, 'USER')),
      format: choiceOption({ help: 'form of the report', default: 'table' }, reportFormats),
    }),
  },
  run: async ({ options, document }, terminal) => {
    const period = periodOf(options, terminal.now());
    const zones = options.zone;
    const problems = [
      ...(typeof period === 'string' ? [period] : []),
      ...zoneProblems(zones),
      ...(options.as !== undefined && zones.length > 0
        ? ['--as asks the OpenNebula of this zone, and cannot be given together with --zone']
        : []),
    ];
    if (typeof period === 'string' || problems.length > 0) throw usageError(problems.join('; '));
    const readVisible = async (user: string): Promise<ReadonlySet<number>> =>
      readVisibleVms(
        await connectOne(terminal.environment, { totalTimeoutMs: options['one.timeout'] }),
        user,
      );
    const visible = options.as === undefined ? undefined : await readVisible(options.as);
    const hourly = await askHourly(options, terminal.writeNote);
    const reader = createUsageReader({
      grouping: options.by,
      ratesAt: createRatesAt(requireTariffs(document), hourly),
      isVisible: (vmId) => visible === undefined || visible.has(vmId),
    });
    const own = { zone: undefined, folder: options['energy.directory'] };
    await readHours(zones.length === 0 ? [own] : zones, period, reader, terminal.writeNote);
    terminal.writeResult(
      formatReport(options.format, {
        usages: reader.usages(),
        total: reader.total(),
        policies: reader.policies(),
        period,
        nameColumns: [...(zones.length === 0 ? [] : [zoneColumn]), ...nameColumns[options.by]],
      }),
    );
  },
});
