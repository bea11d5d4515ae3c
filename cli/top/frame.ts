/** The whole screen of `oneext top`, and what it prints once. Pure: the same model gives the same lines. */

import { type Charset, displayWidthOf, fitToWidth, formatDisplayText } from '../../lib/text/display-text.ts';
import type { TopCloud } from './cloud.ts';
import { clampOffset, type FilterName, type Prompt, type View } from './controls.ts';
import { cutLines, formatProblems, formatTitle, formatTotals, type Status } from './header.ts';
import { cutLine, fullLine, type Line, textOf } from './line.ts';
import type { Selection } from './selection.ts';
import { formatTableHead, formatTableRow, planColumns, type Table } from './table.ts';
import type { Trends } from './trends.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface Model {
  /** `undefined` before the first page. */
  readonly cloud: TopCloud | undefined;
  readonly table: Table;
  readonly trends: Trends;
  readonly status: Status;
  readonly charset: Charset;
}

/** Title, two lines of totals, problems, the table's head; and the keys at the bottom. */
const linesAroundTable = 6;

/** Rows of the table that a screen shows at once. */
export const pageRowsOf = ({ rows }: Size): number => Math.max(1, rows - linesAroundTable);

const help = [
  '',
  '  s            next order: watts, name, owner, host, id',
  '  P N O H I    by power, name, owner, host, id',
  '  r            reverse the order; VMs whose power is not known stay last',
  '  o            only these owners: alice,web-*   (* stands for any text)',
  '  h            only these hosts: kvm1,kvm2*,7  (7 is the host with id 7)',
  '  /            only VMs whose name has this text in it',
  '  c            clear all filters',
  '  arrows, PgUp, PgDn, Home, End    scroll',
  '  space        read the page now',
  '  q, Ctrl-C    quit        Ctrl-Z  suspend        Ctrl-L  draw anew',
  '',
  '  HOST% is the part of what its host draws. TREND goes from 0 to the most',
  '  of the samples shown. A power that is not known is -, and its reason',
  '  stands beside it: docs/metrics.md lists the reasons.',
  '',
  '  Any key goes back.',
];

const promptNames: Readonly<Record<FilterName, string>> = {
  owners: 'Owner: ',
  hosts: 'Host: ',
  name: 'Name: ',
};

/** The end of what is typed, up to the cursor, is always seen. */
const formatPrompt = ({ filter, characters, cursor }: Prompt, width: number, charset: Charset): Line => {
  const shown = characters.map((character) => formatDisplayText(character, charset));
  const name = promptNames[filter];
  let from = 0;
  while (from < cursor && displayWidthOf(shown.slice(from, cursor).join('')) > width - name.length - 2)
    from += 1;
  const line: Line = [
    { text: name, style: 'strong' },
    { text: shown.slice(from, cursor).join('') },
    { text: shown[cursor] || ' ', style: 'head' },
    { text: shown.slice(cursor + 1).join('') },
  ];
  return cutLine(line, width, charset);
};

const hasFilter = ({ owners, hosts, name }: Selection): boolean =>
  owners.length + hosts.length > 0 || name !== '';

const formatEmpty = (cloud: TopCloud | undefined, selection: Selection): Line => {
  if (cloud === undefined) return [{ text: 'waiting for the exporter', style: 'faint' }];
  const text =
    hasFilter(selection) && cloud.vms.length > 0
      ? 'the filters leave no VM (c clears them)'
      : 'there are no VMs';
  return [{ text, style: 'faint' }];
};

const formatKeys = (position: string, width: number, charset: Charset): Line => {
  const keys = 'q quit  s sort  r reverse  o owner  h host  / name  c clear  ? help';
  const left = width - position.length - 1;
  return [
    {
      text: left < 8 ? position.slice(0, width) : `${fitToWidth(keys, left, 'left', charset)} ${position}`,
      style: 'faint',
    },
  ];
};

const emptyLine: Line = [];

/** Exactly `size.rows` lines, none wider than `size.columns`, without control characters. */
export const formatFrame = (model: Model, view: View, size: Size): readonly Line[] => {
  const { cloud, table, trends, status, charset } = model;
  const width = size.columns;
  const layout = { charset, width, trends };
  const page = pageRowsOf(size);
  const offset = clampOffset(view.offset, { rows: table.vms.length, page });
  const columns = planColumns(table, layout);
  const rows = table.vms.slice(offset, offset + page);
  const last = offset + rows.length;
  const body = view.isHelp
    ? help.map((text): Line => [{ text }])
    : rows.map((vm) => formatTableRow(vm, columns, layout));
  if (body.length === 0) body.push(formatEmpty(cloud, view.selection));
  const position = rows.length === 0 ? '' : `${offset + 1}-${last} of ${table.vms.length}`;
  const above = [
    formatTitle(status, view.selection, charset),
    ...(cloud === undefined ? [emptyLine, emptyLine] : formatTotals(cloud, charset)),
    view.prompt === undefined ? formatProblems(status, charset) : formatPrompt(view.prompt, width, charset),
    fullLine(view.isHelp ? 'KEYS' : formatTableHead(columns, charset), width, 'head', charset),
  ];
  const filled = [...above, ...body.slice(0, page)];
  while (filled.length < size.rows - 1) filled.push(emptyLine);
  return cutLines([...filled.slice(0, size.rows - 1), formatKeys(position, width, charset)], width, charset);
};

/** The table as text, whole; without a width nothing is cut. */
export const formatOnce = (
  { cloud, table, status, charset }: Omit<Model, 'trends' | 'cloud'> & { readonly cloud: TopCloud },
  selection: Selection,
  width = Number.POSITIVE_INFINITY,
): string => {
  const layout = { charset, width };
  const columns = planColumns(table, layout);
  const problems = formatProblems(status, charset);
  const above = [
    formatTitle(status, selection, charset),
    ...formatTotals(cloud, charset),
    ...(problems.length === 0 ? [] : [problems]),
  ];
  const lines = [
    ...cutLines(above, width, charset),
    emptyLine,
    [{ text: formatTableHead(columns, charset) }],
    ...table.vms.map((vm) => formatTableRow(vm, columns, layout)),
  ];
  return lines.map((line) => `${textOf(line).trimEnd()}\n`).join('');
};
