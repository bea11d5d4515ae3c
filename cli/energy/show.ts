/** `oneext energy show`: the hours of one VM. */
import { energyOf, noAmounts } from '../../collectors/accounts/accounts.ts';
import { addVmAmounts } from '../../collectors/accounts/booking.ts';
import { choiceOption, flagsOnly } from '../../lib/config/options.ts';
import { cleanLine, formatColumns } from '../../lib/text/terminal-text.ts';
import { defineVerb, usageError } from '../command.ts';
import { cliError } from '../errors.ts';
import { periodOptions } from './energy-options.ts';
import { readHours } from './io/read-hours.ts';
import { periodOf } from './period.ts';
import { createVmHourReader, type VmHour } from './vm-hours.ts';

const headings = [
  'HOUR',
  'HOST',
  'NAME',
  'USER',
  'GROUP',
  'RUNNING',
  'KWH OWN',
  'KWH SHARE',
  'KWH GPU',
  'KWH',
  'MEASURED',
];

const kilowattHours = (millijoules: number): number => millijoules / 3.6e9;
const runningOf = ({ measuredMs, unmeasuredMs }: VmHour): number => measuredMs + unmeasuredMs;

/** Unrounded. */
const recordOf = (one: VmHour) => ({
  HOUR: new Date(one.hour).toISOString(),
  HOST_ID: one.hostId === -1 ? null : one.hostId,
  HOST_NAME: one.hostName,
  USER_NAME: one.owner,
  GROUP_NAME: one.group,
  RUNNING_HOURS: runningOf(one) / 3_600_000,
  ENERGY_KWH_OWN: kilowattHours(one.own),
  ENERGY_KWH_SHARE: kilowattHours(one.share),
  ENERGY_KWH_GPU: one.gpuMs === 0 ? null : kilowattHours(one.gpu),
  ENERGY_KWH: kilowattHours(energyOf(one)),
  COVERAGE: runningOf(one) === 0 ? null : one.measuredMs / runningOf(one),
});

const rowOf = (one: VmHour): readonly string[] => {
  const { HOUR, HOST_ID, HOST_NAME, USER_NAME, GROUP_NAME, COVERAGE, ...amounts } = recordOf(one);
  const names = [HOST_NAME, USER_NAME, GROUP_NAME].map((name) => (name === '' ? '-' : cleanLine(name)));
  return [
    HOUR.slice(0, 16).concat('Z'),
    HOST_ID === null ? '-' : String(HOST_ID),
    ...names,
    amounts.RUNNING_HOURS.toFixed(2),
    ...[amounts.ENERGY_KWH_OWN, amounts.ENERGY_KWH_SHARE, amounts.ENERGY_KWH_GPU, amounts.ENERGY_KWH].map(
      (kwh) => kwh?.toFixed(3) ?? '-',
    ),
    // Never rounded up to all.
    COVERAGE === null ? '-' : `${(Math.floor(COVERAGE * 1000) / 10).toFixed(1)} %`,
  ];
};

const totalOf = (hours: readonly VmHour[]): VmHour => {
  const total = { ...noAmounts };
  for (const one of hours) addVmAmounts(total, one);
  return { hour: 0, hostId: -1, hostName: '', name: '', owner: '', group: '', ...total };
};

const formatTable = (vmId: number, hours: readonly VmHour[]): string => {
  const [, ...total] = rowOf(totalOf(hours));
  const sums = ['TOTAL', ...total.map((cell) => (cell === '-' ? '' : cell))];
  const name = hours.at(-1)?.name ?? '';
  const title = `VM ${vmId}${name === '' ? '' : ` (${cleanLine(name)})`}`;
  const gpuAt = headings.indexOf('KWH GPU');
  const lines = [headings, ...hours.map(rowOf), sums].map((line) =>
    line.filter((_, at) => at !== gpuAt || hours.some(({ gpuMs }) => gpuMs > 0)),
  );
  return `${title}\n\n${formatColumns(lines)}`;
};

/** An id, as oneext report shows it, or as people write it: `one-7`. */
const parseVmId = (operands: readonly string[]): number => {
  const [text = '', ...more] = operands;
  const id = /^(?:one-)?(\d{1,9})$/.exec(text)?.[1];
  if (id === undefined || more.length > 0) throw usageError('give the id of one VM, such as 524');
  return Number(id);
};

export const show = defineVerb({
  name: 'show',
  summary: 'show the hours of one VM: its hosts, its owners, its energy and how much was measured',
  operands: 'VM',
  details: `VM is the id of the VM, also of one that is gone. There is a line for each hour (UTC) and each host that the VM was
on in it, with the names and owners of that time. The hour that is running is in it. The exit code is 1 if the
accounts have nothing of the VM in that time.`,
  options: {
    ...periodOptions,
    ...flagsOnly({
      format: choiceOption({ help: 'form of the hours', default: 'table' }, ['table', 'json']),
    }),
  },
  run: async ({ options, operands }, terminal) => {
    const vmId = parseVmId(operands);
    const period = periodOf(options, terminal.now());
    if (typeof period === 'string') throw usageError(period);
    const folder = options['energy.directory'];
    const reader = createVmHourReader(vmId);
    await readHours([{ zone: undefined, folder }], period, reader, terminal.writeNote);
    const hours = reader.hours();
    if (hours.length === 0) throw cliError('ENERGY_NO_VM', { path: folder, vm: vmId });
    const records = hours.map(recordOf);
    terminal.writeResult(
      options.format === 'json'
        ? `${JSON.stringify({ VM_ID: vmId, RECORDS: records }, null, 2)}\n`
        : formatTable(vmId, hours),
    );
  },
});
