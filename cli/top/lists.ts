/** The lists that are shown: VMs, or hosts. */
import type { TopCloud, TopVm } from './cloud.ts';
import { hostColumns, measureHosts } from './host-columns.ts';
import type { TopHost } from './hosts.ts';
import type { Line } from './line.ts';
import { type Selection, selectHosts, selectVms } from './selection.ts';
import { type Column, formatTableHead, formatTableRow, planColumns, type TableLayout } from './table.ts';
import { measureVms, vmColumns } from './vm-columns.ts';

/** The selected rows, and how wide their texts are: measured once, not with each frame. */
export type Table =
  | { readonly list: 'vms'; readonly rows: readonly TopVm[]; readonly widths: ReturnType<typeof measureVms> }
  | {
      readonly list: 'hosts';
      readonly rows: readonly TopHost[];
      readonly widths: ReturnType<typeof measureHosts>;
    };

export const tableOfVms = (rows: readonly TopVm[]): Table => ({
  list: 'vms',
  rows,
  widths: measureVms(rows),
});

export const tableOfHosts = (rows: readonly TopHost[]): Table => ({
  list: 'hosts',
  rows,
  widths: measureHosts(rows),
});

export const selectTable = (cloud: TopCloud | undefined, selection: Selection): Table =>
  selection.list === 'hosts'
    ? tableOfHosts(selectHosts(cloud?.hosts ?? [], selection))
    : tableOfVms(selectVms(cloud?.vms ?? [], selection));

/** A table's head, and its rows from one to another. */
export const formatTable = (
  table: Table,
  layout: TableLayout,
  from = 0,
  to = table.rows.length,
): { readonly head: string; readonly rows: readonly Line[] } => {
  const { charset } = layout;
  const write = <Row extends TopVm | TopHost>(rows: readonly Row[], all: readonly Column<Row>[]) => {
    const columns = planColumns(all, layout);
    const shown = rows.slice(from, to).map((row) => formatTableRow(row, columns, layout));
    return { head: formatTableHead(columns, charset), rows: shown };
  };
  return table.list === 'hosts'
    ? write(table.rows, hostColumns(table.widths, layout))
    : write(table.rows, vmColumns(table.widths, layout));
};
