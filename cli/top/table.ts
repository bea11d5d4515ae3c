/** The table of VMs: which columns there is room for, and what stands in them. */

import { type Charset, displayWidthOf, fitToWidth, formatDisplayText } from '../../lib/text/display-text.ts';
import type { TopVm } from './cloud.ts';
import { cutLine, type Line, type Span, type Style } from './line.ts';
import { formatShare, formatTrend, formatWatts } from './quantities.ts';
import type { Trends } from './trends.ts';

/** The selected VMs, and how wide their texts are: measured once, not with each frame. */
export interface Table {
  readonly vms: readonly TopVm[];
  readonly widths: Readonly<Record<'id' | 'owner' | 'group' | 'host' | 'reason', number>>;
}

type Align = 'left' | 'right';

export interface Column {
  readonly title: string;
  readonly width: number;
  readonly align: Align;
  readonly style?: Style;
  /** Those with the lowest are left out first where there is no room. */
  readonly rank: number;
  /** Where power is not known, the reason stands here. */
  readonly takesReason?: boolean;
  readonly textOf: (vm: TopVm) => string;
}

export interface TableLayout {
  readonly charset: Charset;
  /** Columns of the screen; Infinity where nothing is to be cut. */
  readonly width: number;
  /** Without them there is no trend, as in a table that is printed once. */
  readonly trends?: Trends | undefined;
}

/** Why power is not known, for people. */
const formatReason = (reason: string): string =>
  reason.replace(/^agent_unsound: /, 'agent: ').replaceAll('_', ' ');

export const measureTable = (vms: readonly TopVm[]): Table => {
  const widest = (textOf: (vm: TopVm) => string | undefined): number =>
    vms.reduce((width, vm) => Math.max(width, displayWidthOf(formatDisplayText(textOf(vm) ?? ''))), 0);
  return {
    vms,
    widths: {
      id: widest(({ id }) => String(id)),
      owner: widest(({ owner }) => owner),
      group: widest(({ group }) => group),
      host: widest(({ host }) => host),
      reason: widest(({ unknownReason }) => formatReason(unknownReason ?? '')),
    },
  };
};

const shareWidth = 6;
const leastNameWidth = 12;

/** How wide a column of names may become on a screen. */
const mostOf = (width: number, narrow: number, medium: number, wide: number): number => {
  if (width === Number.POSITIVE_INFINITY) return width;
  if (width < 100) return narrow;
  return width < 160 ? medium : wide;
};

const noteWidth = (widths: Table['widths'], { width, trends }: TableLayout): number => {
  if (trends !== undefined) return mostOf(width, 10, 16, 24);
  const wanted = widths.reason - shareWidth - 1;
  return Math.max(0, Math.min(wanted, mostOf(width, 10, 20, 40)));
};

const planAll = (widths: Table['widths'], layout: TableLayout): readonly Column[] => {
  const { charset, width, trends } = layout;
  const shown = (text: string | undefined): string => formatDisplayText(text ?? '-', charset);
  const note = noteWidth(widths, layout);
  const noteColumn: Column = {
    title: trends === undefined ? 'REASON' : 'TREND',
    width: note,
    align: 'left',
    style: 'trend',
    rank: 2,
    takesReason: true,
    textOf: ({ id }) => formatTrend(trends?.get(id) ?? [], note, charset),
  };
  const group: Column = {
    title: 'GROUP',
    width: Math.max(5, Math.min(widths.group, mostOf(width, 0, 16, 32))),
    align: 'left',
    rank: 1,
    textOf: (vm) => shown(vm.group),
  };
  return [
    { title: 'ID', width: Math.max(2, widths.id), align: 'right', rank: 9, textOf: ({ id }) => String(id) },
    {
      title: 'WATTS',
      width: 9,
      align: 'right',
      style: 'strong',
      rank: 9,
      textOf: ({ watts }) => (watts === undefined ? '-' : formatWatts(watts)),
    },
    {
      title: 'HOST%',
      width: shareWidth,
      align: 'right',
      rank: 7,
      takesReason: true,
      textOf: ({ hostShare }) => formatShare(hostShare),
    },
    ...(note > 0 ? [noteColumn] : []),
    { title: 'CPU', width: 4, align: 'right', rank: 3, textOf: ({ vcpus }) => shown(vcpus?.toString()) },
    { title: 'STAT', width: 4, align: 'left', rank: 4, textOf: ({ status }) => shown(status) },
    {
      title: 'OWNER',
      width: Math.max(5, Math.min(widths.owner, mostOf(width, 10, 16, 32))),
      align: 'left',
      rank: 5,
      textOf: (vm) => shown(vm.owner),
    },
    ...(width >= 110 && widths.group > 0 ? [group] : []),
    {
      title: 'HOST',
      width: Math.max(4, Math.min(widths.host, mostOf(width, 12, 20, 40))),
      align: 'left',
      rank: 6,
      textOf: (vm) => shown(vm.host),
    },
    { title: 'NAME', width: leastNameWidth, align: 'left', rank: 8, textOf: (vm) => shown(vm.name) },
  ];
};

const totalWidth = (columns: readonly Column[]): number =>
  columns.reduce((sum, { width }) => sum + width, columns.length - 1);

/** The name has what is left, and stands last: where a terminal sees its width otherwise, nothing moves. */
export const planColumns = (table: Table, layout: TableLayout): readonly Column[] => {
  let columns = planAll(table.widths, layout);
  while (totalWidth(columns) > layout.width && columns.length > 3) {
    const least = Math.min(...columns.map(({ rank }) => rank));
    columns = columns.filter(({ rank }) => rank !== least);
  }
  const left = layout.width - totalWidth(columns);
  return columns.map((column) =>
    column.title === 'NAME' ? { ...column, width: Math.max(1, column.width + left) } : column,
  );
};

const cellOf = (text: string, { width, align }: Column, charset: Charset): string =>
  Number.isFinite(width) ? fitToWidth(text, width, align, charset) : text;

export const formatTableHead = (columns: readonly Column[], charset: Charset): string =>
  columns.map((column) => cellOf(column.title, column, charset)).join(' ');

/** Where power is not known, the reason stands in the place of the share and the trend. */
export const formatTableRow = (
  vm: TopVm,
  columns: readonly Column[],
  { charset, width }: TableLayout,
): Line => {
  const isUnknown = vm.watts === undefined;
  const reasonColumns = columns.filter(({ takesReason }) => isUnknown && takesReason === true);
  const reason = (): string =>
    fitToWidth(
      formatDisplayText(formatReason(vm.unknownReason ?? ''), charset),
      totalWidth(reasonColumns),
      'left',
      charset,
    );
  const spans = columns.flatMap((column, at): readonly Span[] => {
    const separator = at === 0 ? '' : ' ';
    if (reasonColumns.indexOf(column) > 0) return [];
    const text = reasonColumns[0] === column ? reason() : cellOf(column.textOf(vm), column, charset);
    const style = isUnknown ? 'faint' : column.style;
    return [{ text: `${separator}${text}`, ...(style === undefined ? {} : { style }) }];
  });
  return cutLine(spans, width, charset);
};
