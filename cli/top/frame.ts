/** The whole screen of `oneext top`, and what it prints once. Pure: the same model gives the same lines. */

import { type Charset, displayWidthOf, fitToWidth, formatDisplayText } from '../../lib/text/display-text.ts';
import type { TopCloud } from './cloud.ts';
import { clampOffset, type FilterName, type Prompt, type View } from './controls.ts';
import { cutLines, formatProblems, formatTitle, formatTotals, type Status } from './header.ts';
import { cutLine, fullLine, type Line, textOf } from './line.ts';
import { formatTable, type Table } from './lists.ts';
import type { ListName, Selection } from './selection.ts';
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
  '  v            hosts, or VMs again',
  '  s            next order: watts, energy, cost, name, owner, host, id',
  '  P E C        by power, energy, cost, and N O H I by name, owner, host, id',
  '  r            reverse the order; what is not known stays last',
  '  o            only VMs of these owners: alice,web-*   (* stands for any text)',
  '  h            only these hosts: kvm1,kvm2*,7  (7 is the host with id 7)',
  '  /            only VMs or hosts whose name has this text in it',
  '  c            clear all filters',
  '  arrows, PgUp, PgDn, Home, End    scroll',
  '  space        read the page now',
  '  q, Ctrl-C    quit        Ctrl-Z  suspend        Ctrl-L  draw anew',
  '',
  '  HOST% is the part of what its host draws. TREND goes from 0 to the most',
  '  of the samples shown. ENERGY is since the accounts began, COST that energy',
  '  at the price of now. What is not known is -; where it is power, the reason',
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
  const { list } = selection;
  const text =
    hasFilter(selection) && cloud[list].length > 0
      ? `the filters leave no ${list === 'vms' ? 'VM' : 'host'} (c clears them)`
      : `there are no ${list === 'vms' ? 'VMs' : 'hosts'}`;
  return [{ text, style: 'faint' }];
};

const formatKeys = (list: ListName, position: string, width: number, charset: Charset): Line => {
  const other = list === 'vms' ? 'v hosts' : 'v VMs';
  const keys = `q quit  ${other}  s sort  r reverse  o owner  h host  / name  ? help`;
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
  const { list, sort } = view.selection;
  const page = pageRowsOf(size);
  const offset = clampOffset(view.offset, { rows: table.rows.length, page });
  const { head, rows } = formatTable(table, { charset, width, sort, trends }, offset, offset + page);
  const last = offset + rows.length;
  const body: Line[] = view.isHelp ? help.map((text): Line => [{ text }]) : [...rows];
  if (body.length === 0) body.push(formatEmpty(cloud, view.selection));
  const position = rows.length === 0 ? '' : `${offset + 1}-${last} of ${table.rows.length}`;
  const above = [
    formatTitle(status, view.selection, charset),
    ...(cloud === undefined ? [emptyLine, emptyLine] : formatTotals(cloud, charset)),
    view.prompt === undefined ? formatProblems(status, charset) : formatPrompt(view.prompt, width, charset),
    fullLine(view.isHelp ? 'KEYS' : head, width, 'head', charset),
  ];
  const filled = [...above, ...body.slice(0, page)];
  while (filled.length < size.rows - 1) filled.push(emptyLine);
  const keys = formatKeys(list, position, width, charset);
  return cutLines([...filled.slice(0, size.rows - 1), keys], width, charset);
};

/** The table as text, whole; without a width nothing is cut. */
export const formatOnce = (
  { cloud, table, status, charset }: Omit<Model, 'trends' | 'cloud'> & { readonly cloud: TopCloud },
  selection: Selection,
  width = Number.POSITIVE_INFINITY,
): string => {
  const { head, rows } = formatTable(table, { charset, width, sort: selection.sort });
  const problems = formatProblems(status, charset);
  const above = [
    formatTitle(status, selection, charset),
    ...formatTotals(cloud, charset),
    ...(problems.length === 0 ? [] : [problems]),
  ];
  const lines = [...cutLines(above, width, charset), emptyLine, [{ text: head }], ...rows];
  return lines.map((line) => `${textOf(line).trimEnd()}\n`).join('');
};
