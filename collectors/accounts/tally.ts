/** What a step adds to each VM: to its sums, and to its rows of the hours. */
import { noAmounts, type VmAccount, type VmAmounts, type VmIdentity } from './accounts.ts';
import { type Booking, type RowIdentity, vmKey } from './booking.ts';
import type { Scene } from './scene.ts';

type Power = NonNullable<VmAccount['power']>;

export interface Tally {
  add(vmId: number, hostId: number, hour: number, amounts: Partial<VmAmounts>): void;
  /** In watts. */
  addPower(vmId: number, own: number, share: number): void;
  /** What it had before, and what was added. */
  sumsOf(vmId: number, before: VmAmounts | undefined): VmAmounts;
  powerOf(vmId: number): Power | undefined;
}

const plus = (one: VmAmounts, other: Partial<VmAmounts>): VmAmounts => ({
  own: one.own + (other.own ?? 0),
  share: one.share + (other.share ?? 0),
  measuredMs: one.measuredMs + (other.measuredMs ?? 0),
  unmeasuredMs: one.unmeasuredMs + (other.unmeasuredMs ?? 0),
  lifeMs: one.lifeMs + (other.lifeMs ?? 0),
});

export const createTally = ({ vms, before }: Pick<Scene, 'vms' | 'before'>, booking: Booking): Tally => {
  const added = new Map<number, VmAmounts>();
  const power = new Map<number, Power>();
  const rows = new Map<number, { readonly identity: RowIdentity; readonly key: string }>();
  const rowOf = (vmId: number, hostId: number) => {
    const known = rows.get(vmId);
    if (known?.identity.hostId === hostId) return known;
    const who: VmIdentity | undefined = vms.get(vmId) ?? before.vms.get(vmId);
    const { name = '', owner = '', group = '' } = who ?? {};
    const identity = { vmId, hostId, name, owner, group };
    const row = { identity, key: vmKey(identity) };
    rows.set(vmId, row);
    return row;
  };
  return {
    add(vmId, hostId, hour, amounts) {
      added.set(vmId, plus(added.get(vmId) ?? noAmounts, amounts));
      const { identity, key } = rowOf(vmId, hostId);
      booking.addVm(hour, key, identity, amounts);
    },
    addPower(vmId, own, share) {
      const before = power.get(vmId);
      power.set(vmId, { own: own + (before?.own ?? 0), share: share + (before?.share ?? 0) });
    },
    sumsOf: (vmId, sums) => plus(sums ?? noAmounts, added.get(vmId) ?? noAmounts),
    powerOf: (vmId) => power.get(vmId),
  };
};
