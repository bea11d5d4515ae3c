/** What of the cloud an address shows: filtered, sorted, a page of it. */
import { type Column, hostColumns, ownerColumns, sortRows, vmColumns } from './columns.ts';
import type { MonthOwner, MonthView } from './month.ts';
import { otherRowsOnPage, type PageQuery, type TableName } from './page-query.ts';
import type { PowerPoint, Trends } from './power-history.ts';
import type { HostView, PowerView, VmView } from './power-view.ts';

/** All that the page is made of, at one moment. */
export interface PageModel {
  /** When the agents were asked; milliseconds since 1970, as the others. */
  readonly at: number;
  readonly view: PowerView;
  readonly history: readonly PowerPoint[];
  readonly trends: Trends;
  readonly month: MonthView;
  /** Why this is not newer. */
  readonly problem: string | undefined;
}

export interface Shown<Row> {
  readonly rows: readonly Row[];
  /** How many there are on all pages. */
  readonly count: number;
  readonly page: number;
  readonly pages: number;
  /** Which of all the first row is, from 0 on. */
  readonly first: number;
}

export interface Selection {
  readonly query: PageQuery;
  readonly vms: Shown<VmView>;
  readonly hosts: Shown<HostView>;
  readonly owners: Shown<MonthOwner>;
}

const isSelected = (vm: VmView, { q, owner, group, host, reason }: PageQuery, wanted: string): boolean => {
  if (owner !== '' && vm.owner !== owner) return false;
  if (group !== '' && vm.group !== group) return false;
  if (host !== '' && vm.host !== host) return false;
  if (reason !== '' && (reason === 'any' ? vm.reason === undefined : vm.reason !== reason)) return false;
  if (q === '') return true;
  return [String(vm.id), vm.name, vm.owner, vm.group, vm.host].some((text) =>
    text.toLowerCase().includes(wanted),
  );
};

const show = <Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  query: PageQuery,
  name: TableName,
  size: number,
): Shown<Row> => {
  const { sort, isDescending, page: wanted } = query.tables[name];
  const by = columns.find(({ key }) => key === sort);
  const sorted = by === undefined ? rows : sortRows(rows, by, isDescending);
  const pages = size === Number.POSITIVE_INFINITY ? 1 : Math.max(1, Math.ceil(rows.length / size));
  const page = Math.min(wanted, pages); // the last, where VMs have gone meanwhile
  const first = page === 1 ? 0 : (page - 1) * size;
  return { rows: sorted.slice(first, first + size), count: rows.length, page, pages, first };
};

export const selectRows = (
  { view, month }: Pick<PageModel, 'view' | 'month'>,
  query: PageQuery,
): Selection => {
  const wanted = query.q.toLowerCase();
  const vms = view.vms.filter((vm) => isSelected(vm, query, wanted));
  const others = query.size === Number.POSITIVE_INFINITY ? query.size : otherRowsOnPage;
  return {
    query,
    vms: show(vms, vmColumns, query, 'vms', query.size),
    hosts: show(view.hosts, hostColumns, query, 'hosts', others),
    owners: show(month.owners, ownerColumns, query, 'owners', others),
  };
};
