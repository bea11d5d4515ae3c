/** What the lines of a report are about, and under which names. */
import type { HostIdentity, VmIdentity } from '../accounts/accounts.ts';

export const groupings = ['vm', 'owner', 'group', 'host', 'cluster', 'zone', 'flavour', 'label'] as const;
export type Grouping = (typeof groupings)[number];

/** By the names that reports give them. */
export type Names = Readonly<Record<string, string | number>>;

/** Stands before all others in a report of several zones of OpenNebula. */
export const zoneColumn = 'ZONE';

/** The columns that come first. */
export const nameColumns: Readonly<Record<Grouping, readonly string[]>> = {
  vm: ['VM_ID', 'VM_NAME', 'USER_NAME', 'GROUP_NAME'],
  owner: ['USER_NAME'],
  group: ['GROUP_NAME'],
  host: ['HOST_ID', 'HOST_NAME'],
  cluster: ['CLUSTER_NAME'],
  zone: ['GRID_ZONE'],
  flavour: ['FLAVOUR'],
  label: ['LABEL'],
};

export const isOfHosts = (grouping: Grouping): boolean =>
  grouping === 'host' || grouping === 'cluster' || grouping === 'zone';

/** A VM with several labels stands under each of them. */
export const namesOfVm = (grouping: Grouping, id: number, who: VmIdentity): readonly Names[] => {
  const { name, owner, group, flavour, labels } = who;
  if (grouping === 'owner') return [{ USER_NAME: owner }];
  if (grouping === 'group') return [{ GROUP_NAME: group }];
  if (grouping === 'flavour') return [{ FLAVOUR: flavour }];
  if (grouping === 'label') return labels.split(',').map((label) => ({ LABEL: label }));
  return [{ VM_ID: id, VM_NAME: name, USER_NAME: owner, GROUP_NAME: group }];
};

export const isSameVm = (one: VmIdentity, other: VmIdentity): boolean =>
  one.name === other.name &&
  one.owner === other.owner &&
  one.group === other.group &&
  one.flavour === other.flavour &&
  one.labels === other.labels;

export const namesOfHost = (grouping: Grouping, id: number, host: HostIdentity): Names => {
  if (grouping === 'cluster') return { CLUSTER_NAME: host.cluster };
  if (grouping === 'zone') return { GRID_ZONE: host.gridZone };
  return { HOST_ID: id, HOST_NAME: host.name };
};

/** A VM that was renamed is one still; one that has another owner is not. */
export const keyOf = ({ VM_NAME: _, HOST_NAME: __, ...names }: Names): string => JSON.stringify(names);

export const compareNames = (one: Names, other: Names): number => {
  for (const [name, value] of Object.entries(one)) {
    const [a, b] = [value, other[name] ?? ''];
    const order = typeof a === 'number' ? a - Number(b) : a < b ? -1 : Number(a > b);
    if (order !== 0) return order;
  }
  return 0;
};
