/** A table: which columns there is room for, and how its head and rows are written. */

import { type Charset, displayWidthOf, fitToWidth, formatDisplayText } from '../../lib/text/display-text.ts';
import { cutLine, type Line, type Span, type Style } from './line.ts';
import type { SortKey } from './selection.ts';
import type { Trends } from './trends.ts';

type Align = 'left' | 'right';

export interface Column<Row> {
  readonly title: string;
  readonly width: number;
  readonly align: Align;
  readonly style?: Style;
  /** Those with the lowest are left out first where there is no room. */
  readonly rank: number;
  /** The order in which this column is never left out. */
  readonly sort?: SortKey;
  /** Left out rather than have names be cut to less than this. */
  readonly leavesName?: number;
  /** Where power is not known, the reason stands here. */
  readonly takesReason?: boolean;
  readonly textOf: (row: Row) => string;
}

export interface TableLayout {
  readonly charset: Charset;
  /** Columns of the screen; Infinity where nothing is to be cut. */
  readonly width: number;
  readonly sort: SortKey;
  /** Without them there is no trend, as in a table that is printed once. */
  readonly trends?: Trends | undefined;
}

/** Why power is not known, for people. */
export const formatReason = (reason: string): string =>
  reason.replace(/^agent_unsound: /, 'agent: ').replaceAll('_', ' ');

export const leastNameWidth = 12;

export const widestOf = <Row>(rows: readonly Row[], textOf: (row: Row) => string | undefined): number =>
  rows.reduce((width, row) => Math.max(width, displayWidthOf(formatDisplayText(textOf(row) ?? ''))), 0);

/** How wide a column of names may become on a screen. */
export const mostOf = (width: number, narrow: number, medium: number, wide: number): number => {
  if (width === Number.POSITIVE_INFINITY) return width;
  if (width < 100) return narrow;
  return width < 160 ? medium : wide;
};

const totalWidth = (columns: readonly Column<never>[]): number =>
  columns.reduce((sum, { width }) => sum + width, columns.length - 1);

const neededWidth = (columns: readonly Column<never>[]): number =>
  totalWidth(columns) +
  Math.max(0, ...columns.map(({ leavesName }) => (leavesName ?? leastNameWidth) - leastNameWidth));

/** The name has what is left, and stands last: where a terminal sees its width otherwise, nothing moves. */
export const planColumns = <Row>(
  all: readonly Column<Row>[],
  { width, sort }: TableLayout,
): readonly Column<Row>[] => {
  const rankOf = (column: Column<Row>): number =>
    column.sort === sort ? Number.POSITIVE_INFINITY : column.rank;
  let columns = all;
  while (neededWidth(columns) > width && columns.length > 3) {
    const least = Math.min(...columns.map(rankOf));
    columns = columns.filter((column) => rankOf(column) !== least);
  }
  const left = width - totalWidth(columns);
  return columns.map((column) =>
    column.title === 'NAME' ? { ...column, width: Math.max(1, column.width + left) } : column,
  );
};

const cellOf = (text: string, { width, align }: Column<never>, charset: Charset): string =>
  Number.isFinite(width) ? fitToWidth(text, width, align, charset) : text;

export const formatTableHead = (columns: readonly Column<never>[], charset: Charset): string =>
  columns.map((column) => cellOf(column.title, column, charset)).join(' ');

/** What a row has besides its cells. */
interface MeasuredRow {
  readonly watts: number | undefined;
  readonly unknownReason?: string | undefined;
}

/** Where power is not known, the reason stands in the place of the share and the trend. */
export const formatTableRow = <Row extends MeasuredRow>(
  row: Row,
  columns: readonly Column<Row>[],
  { charset, width }: TableLayout,
): Line => {
  const isUnknown = row.watts === undefined;
  const reasonColumns = columns.filter(({ takesReason }) => isUnknown && takesReason === true);
  const reason = (): string =>
    fitToWidth(
      formatDisplayText(formatReason(row.unknownReason ?? ''), charset),
      totalWidth(reasonColumns),
      'left',
      charset,
    );
  const spans = columns.flatMap((column, at): readonly Span[] => {
    const separator = at === 0 ? '' : ' ';
    if (reasonColumns.indexOf(column) > 0) return [];
    const text = reasonColumns[0] === column ? reason() : cellOf(column.textOf(row), column, charset);
    const style = isUnknown ? 'faint' : column.style;
    return [{ text: `${separator}${text}`, ...(style === undefined ? {} : { style }) }];
  });
  return cutLine(spans, width, charset);
};
