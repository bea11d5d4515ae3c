/** A report of energy as a table, or as CSV, JSON or XML with the same keys. */

import { energyOf } from '../../collectors/accounts/accounts.ts';
import {
  type Amounts,
  addAmounts,
  inOneCurrencyEach,
  noAmounts,
  sumIn,
} from '../../collectors/usage/amounts.ts';
import type { Names } from '../../collectors/usage/grouping.ts';
import type { Usage } from '../../collectors/usage/usage.ts';
import { cleanLine, formatColumns } from '../../lib/text/terminal-text.ts';
import type { Period } from './period.ts';

export const reportFormats = ['table', 'csv', 'json', 'xml'] as const;
export type ReportFormat = (typeof reportFormats)[number];

const millijoulesPerKwh = 3.6e9;
const kilowattHours = (millijoules: number): number => millijoules / millijoulesPerKwh;
const hours = (ms: number): number => ms / 3_600_000;

/** What is not known is `null`. */
type Cell = string | number | null;
type Line = Readonly<Record<string, Cell>>;

const shareOf = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
const listOf = (texts: readonly string[]): string | null =>
  texts.length === 0 ? null : [...new Set(texts)].sort().join(', ');

/** Unrounded. */
const lineOf = (names: Names, currency: string, amounts: Amounts): Line => {
  const { own, share, gpu, gpuMs, measuredMs, unmeasuredMs, lifeMs } = amounts;
  const { supplyBase, supply, pueBase, pue, site, withFactor, carbon, withPrice, cost } = amounts;
  const origins = [...amounts.origins];
  const runningMs = measuredMs + unmeasuredMs;
  const isUnknown = unmeasuredMs > 0 && measuredMs === 0 && own + share === 0;
  const ofVm = (energy: number): number | null => (isUnknown ? null : kilowattHours(energy));
  const unlessUnknown = (energy: number): number | null =>
    isUnknown && gpuMs === 0 ? null : kilowattHours(energy);
  return {
    ...names,
    HOURS: hours(lifeMs),
    RUNNING_HOURS: hours(runningMs),
    ENERGY_KWH_OWN: ofVm(own),
    ENERGY_KWH_SHARE: ofVm(share),
    ENERGY_KWH: unlessUnknown(energyOf(amounts)),
    CO2_G: origins.length === 0 ? null : unlessUnknown(sumIn(carbon)),
    COST: currency === '' ? null : unlessUnknown(sumIn(cost)),
    CURRENCY: currency === '' ? null : currency,
    COVERAGE: shareOf(measuredMs, runningMs),
    CO2_ZONE: listOf(origins.map(({ zone }) => zone).filter((zone) => zone !== '')),
    CO2_YEAR: listOf(origins.map(({ year }) => year).filter((year) => year !== '')),
    CO2_SOURCE: listOf(origins.map(({ source }) => source)),
    CO2_COVERAGE: shareOf(withFactor, site),
    COST_COVERAGE: shareOf(withPrice, site),
    SUPPLY_FACTOR: shareOf(supply, supplyBase),
    PUE: shareOf(pue, pueBase),
    ENERGY_KWH_SITE: unlessUnknown(site),
    ENERGY_KWH_GPU: gpuMs === 0 ? null : kilowattHours(gpu),
    GPU_HOURS: gpuMs === 0 ? null : hours(gpuMs),
  };
};

/** One for each currency. */
const linesOf = ({ names, parts }: Usage): readonly Line[] =>
  [...inOneCurrencyEach(parts)].map(([currency, amounts]) => lineOf(names, currency, amounts));

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

interface Column {
  readonly heading: string;
  readonly show: (value: number) => string;
  /** Left out where no line knows it. */
  readonly mayBeLeftOut?: true;
}
const text = (heading: string): Column => ({ heading, show: String });
const decimal = (heading: string, digits: number): Column => ({
  heading,
  show: (value) => value.toFixed(digits),
});
const mostDigits = 9;
/** Two digits of what is small: the first minutes of a VM are no 0. */
const amount = (heading: string, digits: number): Column => ({
  heading,
  show(value) {
    const needed = value > 0 && value < 1 ? Math.floor(-Math.log10(value)) + 2 : 0;
    return value.toFixed(Math.min(mostDigits, Math.max(digits, needed)));
  },
});
/** Never rounded up to all. */
const percent = (heading: string): Column => ({
  heading,
  show: (value) => `${(Math.floor(value * 1000) / 10).toFixed(1)} %`,
});
const mayBeLeftOut = (column: Column): Column => ({ ...column, mayBeLeftOut: true });

/** Those of the table. */
const columns: Readonly<Record<string, Column>> = {
  ZONE: text('ZONE'),
  VM_ID: text('VM'),
  VM_NAME: text('NAME'),
  USER_NAME: text('USER'),
  GROUP_NAME: text('GROUP'),
  HOST_ID: text('HOST'),
  HOST_NAME: text('NAME'),
  CLUSTER_NAME: text('CLUSTER'),
  GRID_ZONE: text('GRID ZONE'),
  FLAVOUR: text('FLAVOUR'),
  LABEL: text('LABEL'),
  HOURS: decimal('HOURS', 2),
  RUNNING_HOURS: decimal('RUNNING', 2),
  ENERGY_KWH_OWN: amount('KWH OWN', 3),
  ENERGY_KWH_SHARE: amount('KWH SHARE', 3),
  ENERGY_KWH_GPU: mayBeLeftOut(amount('KWH GPU', 3)),
  ENERGY_KWH: amount('KWH', 3),
  SUPPLY_FACTOR: mayBeLeftOut(decimal('SUPPLY', 2)),
  PUE: mayBeLeftOut(decimal('PUE', 2)),
  CO2_G: mayBeLeftOut(amount('CO2 G', 1)),
  CO2_ZONE: mayBeLeftOut(text('CO2 ZONE')),
  CO2_YEAR: mayBeLeftOut(text('CO2 YEAR')),
  CO2_SOURCE: mayBeLeftOut(text('CO2 SOURCE')),
  COST: mayBeLeftOut(amount('COST', 2)),
  CURRENCY: mayBeLeftOut(text('CURRENCY')),
  COVERAGE: percent('MEASURED'),
};

const shown = (name: string, cell: Cell | undefined): string => {
  if (cell === null || cell === undefined || cell === '') return '-';
  return typeof cell === 'string' ? cleanLine(cell) : (columns[name]?.show(cell) ?? String(cell));
};

/** How much of the energy has no factor, or no price, where some of it has. */
const notesOf = ({ parts }: Usage): readonly string[] => {
  const all = noAmounts();
  for (const amounts of parts.values()) addAmounts(all, amounts);
  const note = (known: number, what: string): readonly string[] =>
    known >= all.site
      ? []
      : [
          `${kilowattHours(all.site - known).toFixed(3)} of ${kilowattHours(all.site).toFixed(3)} kWh have no ${what}: oneext energy report --help says where it comes from.\n`,
        ];
  return [...note(all.withFactor, 'CO2 factor'), ...(all.withPrice > 0 ? note(all.withPrice, 'price') : [])];
};

const formatTable = (lines: readonly Line[], names: readonly string[], total: Usage): string => {
  const kept = names.filter(
    (name) =>
      columns[name] !== undefined &&
      (columns[name]?.mayBeLeftOut !== true || lines.some((line) => (line[name] ?? null) !== null)),
  );
  const totals = linesOf(total).map((line) => [
    'TOTAL',
    ...kept.slice(1).map((name) => ((line[name] ?? null) === null ? '' : shown(name, line[name]))),
  ]);
  const empty = lineOf({}, '', noAmounts());
  const rows = lines.map((line) => kept.map((name) => shown(name, line[name])));
  const sums =
    totals.length > 0
      ? totals
      : [
          [
            'TOTAL',
            ...kept.slice(1).map((name) => (typeof empty[name] === 'number' ? shown(name, empty[name]) : '')),
          ],
        ];
  const table = formatColumns([kept.map((name) => columns[name]?.heading ?? name), ...rows, ...sums]);
  const notes = notesOf(total).join('');
  return notes === '' ? table : `${table}\n${notes}`;
};

export interface Report {
  /** The rules by which VMs got their energy; several where they were changed. */
  readonly policies: { readonly attribution: readonly string[]; readonly idle: readonly string[] };
  readonly usages: readonly Usage[];
  readonly total: Usage;
  readonly period: Period;
  /** Of the columns that come first, so that a report without rows has them as well. */
  readonly nameColumns: readonly string[];
}

export const formatReport = (
  format: ReportFormat,
  { usages, total, period, policies, nameColumns }: Report,
): string => {
  const [begin, end] = [new Date(period.from).toISOString(), new Date(period.to).toISOString()];
  const names = [...nameColumns, ...Object.keys(lineOf({}, '', noAmounts()))];
  const lines = usages.flatMap(linesOf);
  const [attribution, idle] = [policies.attribution, policies.idle].map(listOf);
  if (format === 'table')
    return `Energy from ${begin} to ${end}\n${attribution === null ? '' : `Attribution ${attribution}, idle ${idle}\n`}\n${formatTable(lines, names, total)}`;
  if (format === 'json')
    return `${JSON.stringify({ FROM: begin, TO: end, ATTRIBUTION: attribution, IDLE: idle, RECORDS: lines }, null, 2)}\n`;
  if (format === 'csv')
    return [
      [...names, 'ATTRIBUTION', 'IDLE'].join(','),
      ...lines.map((line) =>
        [...names.map((name) => line[name] ?? null), attribution ?? null, idle ?? null]
          .map(csvCell)
          .join(','),
      ),
    ]
      .map((line) => `${line}\n`)
      .join('');
  const elements = lines.map(
    (line) =>
      `  <RECORD>${names.map((name) => `<${name}>${xmlText(line[name] ?? null)}</${name}>`).join('')}</RECORD>\n`,
  );
  return `<ENERGY_RECORDS>\n  <FROM>${begin}</FROM>\n  <TO>${end}</TO>\n  <ATTRIBUTION>${xmlText(attribution ?? null)}</ATTRIBUTION>\n  <IDLE>${xmlText(idle ?? null)}</IDLE>\n${elements.join('')}</ENERGY_RECORDS>\n`;
};
