/** What the address of the page says: which VMs, in which order, from where on. All of it survives in a link. */
import { type Column, hostColumns, ownerColumns, vmColumns } from './columns.ts';

export interface TableState {
  readonly sort: string;
  readonly isDescending: boolean;
  /** From 1 on. */
  readonly page: number;
}

export const tableNames = ['vms', 'hosts', 'owners'] as const;
export type TableName = (typeof tableNames)[number];

export interface PageQuery {
  /** Is somewhere in the id or a name, in either case of letters. */
  readonly q: string;
  /** Whose VMs; '' for all, as with the others. */
  readonly owner: string;
  readonly group: string;
  readonly host: string;
  /** Why VMs are not measured; `any` for all that are not. */
  readonly reason: string;
  /** VMs on a page; Infinity in CSV and JSON that ask for all. */
  readonly size: number;
  readonly tables: Readonly<Record<TableName, TableState>>;
  /** Which of them a CSV has. */
  readonly table: TableName;
}

export const mostVmsOnPage = 1000;
/** Hosts and owners on a page. */
export const otherRowsOnPage = 50;

const filterNames = ['q', 'owner', 'group', 'host', 'reason'] as const;
const prefixes: Readonly<Record<TableName, string>> = { vms: '', hosts: 'hosts_', owners: 'owners_' };
const keysOf = (columns: readonly Pick<Column<never>, 'key'>[]): readonly string[] =>
  columns.map(({ key }) => key);
const sortKeys: Readonly<Record<TableName, readonly string[]>> = {
  vms: keysOf(vmColumns),
  hosts: keysOf(hostColumns),
  owners: keysOf(ownerColumns),
};
const descendingFirst = /_(?:watts|kwh|kg|ratio)$|^(?:vms|cost)$/;
/** Amounts begin with the largest, names with the first. */
export const beginsDescending = (sort: string): boolean => descendingFirst.test(sort);

const byWatts: TableState = { sort: 'power_watts', isDescending: true, page: 1 };
export const defaultQuery: PageQuery = {
  q: '',
  owner: '',
  group: '',
  host: '',
  reason: '',
  size: 50,
  tables: { vms: byWatts, hosts: byWatts, owners: { ...byWatts, sort: 'energy_kwh' } },
  table: 'vms',
};

const wholeNumber = /^[1-9]\d{0,8}$/;
/** A name has 128 characters at most. */
const mostTextLength = 500;

interface Given {
  readonly text: (name: string) => string;
  readonly refuse: (name: string, mustBe: string) => void;
}

const parseTable = (name: TableName, { text, refuse }: Given): TableState => {
  const prefix = prefixes[name];
  const keys = sortKeys[name];
  const [sort, order, page] = ['sort', 'order', 'page'].map((part) => text(prefix + part));
  // The short form that one would guess.
  const known = sort === 'watts' ? 'power_watts' : sort === 'kwh' ? 'energy_kwh' : sort;
  if (known && !keys.includes(known)) refuse(`${prefix}sort`, `one of ${keys.join(', ')}`);
  if (order && order !== 'asc' && order !== 'desc') refuse(`${prefix}order`, 'asc or desc');
  if (page && !wholeNumber.test(page)) refuse(`${prefix}page`, 'a number from 1');
  const by = known && keys.includes(known) ? known : defaultQuery.tables[name].sort;
  return {
    sort: by,
    isDescending: order ? order === 'desc' : beginsDescending(by),
    page: page && wholeNumber.test(page) ? Number(page) : 1,
  };
};

const parseSize = ({ text, refuse }: Given, mayBeAll: boolean): number => {
  const size = text('size');
  if (size === '') return defaultQuery.size;
  if (size === 'all' && mayBeAll) return Number.POSITIVE_INFINITY;
  if (wholeNumber.test(size) && Number(size) <= mostVmsOnPage) return Number(size);
  refuse('size', `a number from 1 to ${mostVmsOnPage}${mayBeAll ? ', or all' : ''}`);
  return defaultQuery.size;
};

const knownNames: ReadonlySet<string> = new Set([
  ...filterNames,
  'size',
  'table',
  ...tableNames.flatMap((name) => ['sort', 'order', 'page'].map((part) => prefixes[name] + part)),
]);

export interface ParsedQuery {
  readonly query: PageQuery;
  /** All that is wrong with the address. */
  readonly problems: readonly string[];
}

/** @param mayBeAll whether `size=all` may ask for all VMs at once */
export const parseQuery = (parameters: URLSearchParams, mayBeAll = false): ParsedQuery => {
  const problems: string[] = [];
  const given: Given = {
    text: (name) => parameters.getAll(name).find((text) => text !== '') ?? '',
    refuse: (name, mustBe) =>
      void problems.push(`${name}=${parameters.get(name)?.slice(0, 100)} must be ${mustBe}`),
  };
  for (const name of new Set(parameters.keys()))
    if (!knownNames.has(name))
      problems.push(
        `${name.slice(0, 100)} is no parameter of this page: it has ${[...knownNames].join(', ')}`,
      );
  const filter = (name: (typeof filterNames)[number]): string => {
    const text = given.text(name);
    if (text.length > mostTextLength) given.refuse(name, `at most ${mostTextLength} characters long`);
    return text.slice(0, mostTextLength);
  };
  const table = given.text('table') || defaultQuery.table;
  if (!tableNames.some((name) => name === table)) given.refuse('table', `one of ${tableNames.join(', ')}`);
  const query: PageQuery = {
    q: filter('q').trim(),
    owner: filter('owner'),
    group: filter('group'),
    host: filter('host'),
    reason: filter('reason'),
    size: parseSize(given, mayBeAll),
    tables: {
      vms: parseTable('vms', given),
      hosts: parseTable('hosts', given),
      owners: parseTable('owners', given),
    },
    table: tableNames.find((name) => name === table) ?? defaultQuery.table,
  };
  return { query, problems };
};

/** The same as an address has it: what is as it is by default does not stand there. */
export const formatQuery = (query: PageQuery): string => {
  const parameters = new URLSearchParams();
  for (const name of filterNames) if (query[name] !== '') parameters.set(name, query[name]);
  for (const name of tableNames) {
    const { sort, isDescending, page } = query.tables[name];
    const prefix = prefixes[name];
    if (sort !== defaultQuery.tables[name].sort) parameters.set(`${prefix}sort`, sort);
    if (isDescending !== beginsDescending(sort))
      parameters.set(`${prefix}order`, isDescending ? 'desc' : 'asc');
    if (page !== 1) parameters.set(`${prefix}page`, String(page));
  }
  if (query.size !== defaultQuery.size)
    parameters.set('size', query.size === Number.POSITIVE_INFINITY ? 'all' : String(query.size));
  if (query.table !== defaultQuery.table) parameters.set('table', query.table);
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
};

/** With another state of one table. */
export const withTable = (query: PageQuery, name: TableName, state: Partial<TableState>): PageQuery => ({
  ...query,
  tables: { ...query.tables, [name]: { ...query.tables[name], ...state } },
});

/** With other filters, from the first page on. */
export const withFilter = (
  query: PageQuery,
  filter: Partial<Pick<PageQuery, (typeof filterNames)[number]>>,
): PageQuery => withTable({ ...query, ...filter }, 'vms', { page: 1 });
