/** Adds to VMs: to their accounts, and to their rows of the hours. */
import type { VmAmounts, VmRow } from './accounts.ts';
import { type Booking, type Calendar, hourAround, type Mutable, piecesBetween } from './booking.ts';
import type { CountedVm } from './counted-vm.ts';
import type { Stretch } from './vm-time.ts';

/** A function for each amount: what is added to thousands of VMs is not looked up by its name. */
type Add = (to: Mutable<VmAmounts>, amount: number) => void;
export const addOwn: Add = (to, amount) => {
  to.own += amount;
};
export const addShare: Add = (to, amount) => {
  to.share += amount;
};
export const addMeasured: Add = (to, amount) => {
  to.measuredMs += amount;
};
export const addUnmeasured: Add = (to, amount) => {
  to.unmeasuredMs += amount;
};
export const addLife: Add = (to, amount) => {
  to.lifeMs += amount;
};

export interface Tally {
  add(counted: CountedVm, hostId: number, hour: number, add: Add, amount: number): void;
  addTime(counted: CountedVm, hostId: number, time: Stretch, add: Add): void;
  /** In watts. */
  addPower(counted: CountedVm, own: number, share: number): void;
}

export const createTally = (booking: Booking, calendar: Calendar, at: number): Tally => {
  const now = hourAround(at, calendar);
  const rowOf = (counted: CountedVm, hostId: number, hour: number): Mutable<VmRow> => {
    if (counted.row?.hostId === hostId && counted.rowHour === hour) return counted.row;
    const { name, owner, group, flavour, labels } = counted.account;
    counted.rowHour = hour;
    counted.row = booking.openVm(hour, { vmId: counted.vmId, hostId, name, owner, group, flavour, labels });
    return counted.row;
  };
  const addTo = (counted: CountedVm, hostId: number, hour: number, add: Add, amount: number): void => {
    add(counted.account, amount);
    add(rowOf(counted, hostId, hour), amount);
  };
  return {
    add: addTo,
    addTime(counted, hostId, { from, to }, add) {
      if (from >= now.from && to <= now.to) addTo(counted, hostId, now.hour, add, to - from);
      else
        for (const { hour, lengthMs } of piecesBetween(from, to, calendar))
          addTo(counted, hostId, hour, add, lengthMs);
    },
    addPower({ account }, own, share) {
      const { power } = account;
      account.power = { own: (power?.own ?? 0) + own, share: (power?.share ?? 0) + share };
    },
  };
};
