/** What a step adds to each VM: to its sums, and to its rows of the hours. */
import { noAmounts, type VmAccount, type VmAmounts, type VmRow } from './accounts.ts';
import type { Booking, Mutable } from './booking.ts';
import { identityOf, type Scene } from './scene.ts';

type Power = NonNullable<VmAccount['power']>;

export interface Tally {
  add(vmId: number, hostId: number, hour: number, name: keyof VmAmounts, amount: number): void;
  /** In watts. */
  addPower(vmId: number, own: number, share: number): void;
  /** All that it has now. */
  sumsOf(vmId: number): VmAmounts;
  powerOf(vmId: number): Power | undefined;
}

/** Of one VM, to which amounts are added in place: a large cloud has many. */
interface Entry {
  readonly sums: Mutable<VmAmounts>;
  hour: number;
  row: Mutable<VmRow> | undefined;
}

const copyOf = ({ own, share, measuredMs, unmeasuredMs, lifeMs }: VmAmounts): Mutable<VmAmounts> => ({
  own,
  share,
  measuredMs,
  unmeasuredMs,
  lifeMs,
});

export const createTally = (scene: Pick<Scene, 'vms' | 'before'>, booking: Booking): Tally => {
  const entries = new Map<number, Entry>();
  const power = new Map<number, Mutable<Power>>();
  const entryOf = (vmId: number): Entry => {
    const known = entries.get(vmId);
    if (known !== undefined) return known;
    const entry = { sums: copyOf(scene.before.vms.get(vmId) ?? noAmounts), hour: 0, row: undefined };
    entries.set(vmId, entry);
    return entry;
  };
  const rowOf = (entry: Entry, vmId: number, hostId: number, hour: number): Mutable<VmRow> => {
    if (entry.row?.hostId === hostId && entry.hour === hour) return entry.row;
    const { name, owner, group, flavour, labels } = identityOf(scene, vmId);
    entry.hour = hour;
    entry.row = booking.openVm(hour, { vmId, hostId, name, owner, group, flavour, labels });
    return entry.row;
  };
  return {
    add(vmId, hostId, hour, name, amount) {
      const entry = entryOf(vmId);
      entry.sums[name] += amount;
      rowOf(entry, vmId, hostId, hour)[name] += amount;
    },
    addPower(vmId, own, share) {
      const known = power.get(vmId);
      if (known === undefined) power.set(vmId, { own, share });
      else {
        known.own += own;
        known.share += share;
      }
    },
    sumsOf: (vmId) => entryOf(vmId).sums,
    powerOf: (vmId) => power.get(vmId),
  };
};
