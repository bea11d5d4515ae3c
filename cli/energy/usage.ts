/** Sums the hours of the ledger by VM, owner, group, host or cluster. */
import type { RowVisitor } from '../../collectors/accounts/rows.ts';

export const groupings = ['vm', 'owner', 'group', 'host', 'cluster'] as const;
export type Grouping = (typeof groupings)[number];

/** In millijoules and milliseconds. */
export interface Usage {
  /** What it is grouped by, by the names that reports give them. */
  readonly names: Readonly<Record<string, string | number>>;
  own: number;
  share: number;
  measuredMs: number;
  unmeasuredMs: number;
  lifeMs: number;
}

export interface UsageReader {
  /** For hours in the period, or for those before it in a file, of which only the names count. */
  visitor(isCounted: boolean): RowVisitor;
  /** Names from before may be those of others now. */
  forgetNames(): void;
  /** In the order of their names. */
  usages(): readonly Usage[];
}

type Names = Usage['names'];

const namesOfVm = (
  grouping: Grouping,
  id: number,
  [name = '', owner = '', group = '']: readonly string[],
): Names => {
  if (grouping === 'owner') return { USER_NAME: owner };
  if (grouping === 'group') return { GROUP_NAME: group };
  return { VM_ID: id, VM_NAME: name, USER_NAME: owner, GROUP_NAME: group };
};
const namesOfHost = (grouping: Grouping, id: number, [name = '', cluster = '']: readonly string[]): Names =>
  grouping === 'cluster' ? { CLUSTER_NAME: cluster } : { HOST_ID: id, HOST_NAME: name };

/** A VM that was renamed is one still; one that has another owner is not. */
const keyOf = ({ VM_NAME: _, HOST_NAME: __, ...names }: Names): string => JSON.stringify(names);

const compare = (one: Usage, other: Usage): number => {
  for (const [name, value] of Object.entries(one.names)) {
    const [a, b] = [value, other.names[name] ?? ''];
    const order = typeof a === 'number' ? a - Number(b) : a < b ? -1 : Number(a > b);
    if (order !== 0) return order;
  }
  return 0;
};

export const createUsageReader = (grouping: Grouping): UsageReader => {
  const isByHost = grouping === 'host' || grouping === 'cluster';
  const byKey = new Map<string, Usage>();
  /** Under which names a VM, or a host, counts at this place of the ledger. */
  const current = new Map<number, Usage>();
  const isUsed = new Set<Usage>();
  const name = (id: number, names: Names): void => {
    const key = keyOf(names);
    const known = byKey.get(key);
    const usage = { ...(known ?? { own: 0, share: 0, measuredMs: 0, unmeasuredMs: 0, lifeMs: 0 }), names };
    if (known === undefined) byKey.set(key, usage);
    else Object.assign(known, { names });
    current.set(id, known ?? usage);
  };
  const nameless = (id: number): Usage => {
    name(id, isByHost ? namesOfHost(grouping, id, []) : namesOfVm(grouping, id, []));
    return current.get(id) ?? nameless(id);
  };
  const visitor = (isCounted: boolean): RowVisitor => ({
    onVm: (vmId, ...names) => {
      if (!isByHost) name(vmId, namesOfVm(grouping, vmId, names));
    },
    onHost: (hostId, ...names) => {
      if (isByHost) name(hostId, namesOfHost(grouping, hostId, names));
    },
    onUse(vmId, hostId, own, share, measuredMs, unmeasuredMs, lifeMs) {
      if (!isCounted) return;
      const id = isByHost ? hostId : vmId;
      const usage = current.get(id) ?? nameless(id);
      isUsed.add(usage);
      usage.own += own;
      usage.share += share;
      usage.measuredMs += measuredMs;
      usage.unmeasuredMs += unmeasuredMs;
      usage.lifeMs += lifeMs;
    },
    onDraw: () => undefined,
  });
  const visitors = { counted: visitor(true), named: visitor(false) };
  return {
    visitor: (isCounted) => (isCounted ? visitors.counted : visitors.named),
    forgetNames: () => current.clear(),
    usages: () => [...isUsed].sort(compare),
  };
};
