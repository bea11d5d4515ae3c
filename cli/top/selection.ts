/** Which VMs are shown, and in which order. */
import type { TopVm } from './cloud.ts';

export const sortKeys = ['watts', 'name', 'owner', 'host', 'id'] as const;
export type SortKey = (typeof sortKeys)[number];

/** `watts` begins with the most, the others with the least. */
export interface Selection {
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
const matchesHost = ({ host, hostId }: TopVm, patterns: readonly string[]): boolean =>
  matchesOne([host], patterns) ||
  (hostId !== undefined && patterns.some((pattern) => pattern === `${hostId}` || pattern === `#${hostId}`));

type Comparison = (a: TopVm, b: TopVm) => number;
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

/** A total order: two VMs are never equal. */
export const vmOrder = ({ sort, isReversed }: Pick<Selection, 'sort' | 'isReversed'>): Comparison => {
  const direction = isReversed ? -1 : 1;
  if (sort === 'id') return (a, b) => direction * (a.id - b.id);
  if (sort === 'watts') {
    return (a, b) => compareKnown(a.watts, b.watts, (x, y) => direction * (y - x)) || a.id - b.id;
  }
  return (a, b) => compareKnown(a[sort], b[sort], (x, y) => direction * compareTexts(x, y)) || a.id - b.id;
};

export const selectVms = (vms: readonly TopVm[], selection: Selection): readonly TopVm[] => {
  const name = selection.name.toLowerCase();
  return vms
    .filter(
      (vm) =>
        matchesOne([vm.owner], selection.owners) &&
        matchesHost(vm, selection.hosts) &&
        (name === '' || vm.name?.toLowerCase().includes(name) === true),
    )
    .sort(vmOrder(selection))
    .slice(0, selection.limit);
};
