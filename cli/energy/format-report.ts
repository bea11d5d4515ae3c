/** A report of energy as a table, or as CSV, JSON or XML with the same keys. */
import { cleanLine, formatColumns } from '../../lib/text/terminal-text.ts';
import type { Period } from './period.ts';
import type { Usage } from './usage.ts';

export const reportFormats = ['table', 'csv', 'json', 'xml'] as const;
export type ReportFormat = (typeof reportFormats)[number];

const kilowattHours = (millijoules: number): number => millijoules / 3.6e9;
const hours = (ms: number): number => ms / 3_600_000;

/** What is not known is `null`. */
type Cell = string | number | null;

/** Unrounded. */
const recordOf = ({
  names,
  own,
  share,
  measuredMs,
  unmeasuredMs,
  lifeMs,
}: Usage): Readonly<Record<string, Cell>> => {
  const runningMs = measuredMs + unmeasuredMs;
  return {
    ...names,
    HOURS: hours(lifeMs),
    RUNNING_HOURS: hours(runningMs),
    ENERGY_KWH_OWN: kilowattHours(own),
    ENERGY_KWH_SHARE: kilowattHours(share),
    ENERGY_KWH: kilowattHours(own + share),
    CO2_G: null,
    COST: null,
    CURRENCY: null,
    COVERAGE: runningMs === 0 ? null : measuredMs / runningMs,
  };
};

/** Spreadsheets take a cell that begins with one of these for a formula. */
const csvCell = (cell: Cell): string => {
  if (typeof cell !== 'string') return cell === null ? '' : String(cell);
  const harmless = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
};

const xmlText = (cell: Cell): string =>
  String(cell ?? '')
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');

const headings: Readonly<Record<string, string>> = {
  VM_ID: 'VM',
  VM_NAME: 'NAME',
  USER_NAME: 'USER',
  GROUP_NAME: 'GROUP',
  HOST_ID: 'HOST',
  HOST_NAME: 'NAME',
  CLUSTER_NAME: 'CLUSTER',
  HOURS: 'HOURS',
  RUNNING_HOURS: 'RUNNING',
  ENERGY_KWH_OWN: 'KWH OWN',
  ENERGY_KWH_SHARE: 'KWH SHARE',
  ENERGY_KWH: 'KWH',
  COVERAGE: 'MEASURED',
};

const shown = (name: string, cell: Cell | undefined): string => {
  if (cell === null || cell === undefined) return '-';
  if (typeof cell === 'string') return cleanLine(cell);
  if (name === 'COVERAGE') return `${(Math.floor(cell * 1000) / 10).toFixed(1)} %`;
  if (name.startsWith('ENERGY')) return cell.toFixed(3);
  return name.endsWith('HOURS') ? cell.toFixed(2) : String(cell);
};

/** One row of it all, whatever the rows are grouped by. */
const totalOf = (usages: readonly Usage[]): Usage => {
  const total = { names: {}, own: 0, share: 0, measuredMs: 0, unmeasuredMs: 0, lifeMs: 0 };
  for (const usage of usages) {
    total.own += usage.own;
    total.share += usage.share;
    total.measuredMs += usage.measuredMs;
    total.unmeasuredMs += usage.unmeasuredMs;
    total.lifeMs += usage.lifeMs;
  }
  return total;
};

const formatTable = (usages: readonly Usage[], names: readonly string[]): string => {
  const columns = names.filter((name) => headings[name] !== undefined);
  const row = (usage: Usage): readonly string[] => {
    const record = recordOf(usage);
    return columns.map((name) => shown(name, record[name]));
  };
  const total = [
    'TOTAL',
    ...row(totalOf(usages))
      .slice(1)
      .map((cell) => (cell === '-' ? '' : cell)),
  ];
  return formatColumns([columns.map((name) => headings[name] ?? name), ...usages.map(row), total]);
};

/** @param names of the columns, so that a report without rows has them as well */
export const formatReport = (
  format: ReportFormat,
  usages: readonly Usage[],
  names: readonly string[],
  { from, to }: Period,
): string => {
  const [begin, end] = [new Date(from).toISOString(), new Date(to).toISOString()];
  if (format === 'table') return `Energy from ${begin} to ${end}\n\n${formatTable(usages, names)}`;
  const records = usages.map(recordOf);
  if (format === 'json') return `${JSON.stringify({ FROM: begin, TO: end, RECORDS: records }, null, 2)}\n`;
  if (format === 'csv')
    return [
      names.join(','),
      ...records.map((one) => names.map((name) => csvCell(one[name] ?? null)).join(',')),
    ]
      .map((line) => `${line}\n`)
      .join('');
  const elements = records.map(
    (one) =>
      `  <RECORD>${names.map((name) => `<${name}>${xmlText(one[name] ?? null)}</${name}>`).join('')}</RECORD>\n`,
  );
  return `<ENERGY_RECORDS>\n  <FROM>${begin}</FROM>\n  <TO>${end}</TO>\n${elements.join('')}</ENERGY_RECORDS>\n`;
};

/** The columns of a report that is grouped so. */
export const columnsOf = (names: readonly string[]): readonly string[] => [
  ...names,
  ...Object.keys(recordOf(totalOf([]))),
];
