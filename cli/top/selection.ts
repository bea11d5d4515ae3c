/** Which VMs or hosts are shown, and in which order. */
import type { TopVm } from './cloud.ts';
import type { Cost, TopHost } from './hosts.ts';

export const sortKeys = ['watts', 'energy', 'cost', 'name', 'owner', 'host', 'id'] as const;
export type SortKey = (typeof sortKeys)[number];

export const listNames = ['vms', 'hosts'] as const;
export type ListName = (typeof listNames)[number];

/** `watts`, `energy` and `cost` begin with the most, the others with the least. */
export interface Selection {
  readonly list: ListName;
  readonly sort: SortKey;
  readonly isReversed: boolean;
  /** Patterns of which one must match; none: all do. */
  readonly owners: readonly string[];
  /** As owners; a host's id does too. */
  readonly hosts: readonly string[];
  /** A part of the name, in any case. */
  readonly name: string;
  readonly limit: number;
}

/** Whether a pattern, in which `*` stands for any text, is the whole text. */
export const matchesPattern = (text: string, pattern: string): boolean => {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
};

const matchesOne = (texts: readonly (string | undefined)[], patterns: readonly string[]): boolean =>
  patterns.length === 0 ||
  patterns.some((pattern) => texts.some((text) => text !== undefined && matchesPattern(text, pattern)));

/** By name, or by id alone: `3` and `#3`. */
const matchesHost = (
  { host, hostId }: Pick<TopVm, 'host' | 'hostId'>,
  patterns: readonly string[],
): boolean =>
  matchesOne([host], patterns) ||
  (hostId !== undefined && patterns.some((pattern) => pattern === `${hostId}` || pattern === `#${hostId}`));

/** What rows can be ordered by. */
interface Row {
  readonly id: number;
  readonly watts: number | undefined;
  readonly energy: number | undefined;
  readonly cost: Cost | undefined;
  readonly name: string | undefined;
  readonly owner?: string | undefined;
  readonly host?: string | undefined;
}
type Comparison = (a: Row, b: Row) => number;
const collator = new Intl.Collator('en', { numeric: true });

/** What is not known stands last, in both directions. */
const compareKnown = <T>(a: T | undefined, b: T | undefined, compare: (a: T, b: T) => number): number => {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return compare(a, b);
};

/** By text, and where a collator sees no difference, by character. */
const compareTexts = (a: string, b: string): number => {
  const compared = collator.compare(a, b);
  if (compared !== 0 || a === b) return compared;
  return a < b ? -1 : 1;
};

/** Amounts of several currencies cannot be compared: each currency stands by itself. */
const compareCosts = (a: Cost, b: Cost, direction: number): number =>
  compareTexts(a.currency, b.currency) || direction * (b.amount - a.amount);

/** A total order: two rows are never equal. */
export const rowOrder = ({ sort, isReversed }: Pick<Selection, 'sort' | 'isReversed'>): Comparison => {
  const direction = isReversed ? -1 : 1;
  switch (sort) {
    case 'id':
      return (a, b) => direction * (a.id - b.id);
    case 'watts':
    case 'energy':
      return (a, b) => compareKnown(a[sort], b[sort], (x, y) => direction * (y - x)) || a.id - b.id;
    case 'cost':
      return (a, b) => compareKnown(a.cost, b.cost, (x, y) => compareCosts(x, y, direction)) || a.id - b.id;
    default:
      return (a, b) =>
        compareKnown(a[sort], b[sort], (x, y) => direction * compareTexts(x, y)) || a.id - b.id;
  }
};

const hasName = ({ name }: Row, part: string): boolean =>
  part === '' || name?.toLowerCase().includes(part.toLowerCase()) === true;

export const selectVms = (vms: readonly TopVm[], selection: Selection): readonly TopVm[] =>
  vms
    .filter(
      (vm) =>
        matchesOne([vm.owner], selection.owners) &&
        matchesHost(vm, selection.hosts) &&
        hasName(vm, selection.name),
    )
    .sort(rowOrder(selection))
    .slice(0, selection.limit);

/** Hosts have no owner: its filter leaves them all, and its order is that of their names. */
export const selectHosts = (hosts: readonly TopHost[], selection: Selection): readonly TopHost[] => {
  const { sort, isReversed } = selection;
  const byName = sort === 'owner' || sort === 'host';
  return hosts
    .filter(
      (host) =>
        matchesHost({ host: host.name, hostId: host.id }, selection.hosts) && hasName(host, selection.name),
    )
    .sort(rowOrder({ sort: byName ? 'name' : sort, isReversed }))
    .slice(0, selection.limit);
};
