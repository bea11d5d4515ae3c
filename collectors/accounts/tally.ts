/** Adds to VMs: to their accounts, and to their rows of the hours. */
import type { VmAmounts, VmRow } from './accounts.ts';
import { type Booking, type Calendar, hourAround, type Mutable, piecesBetween } from './booking.ts';
import type { CountedVm } from './counted-vm.ts';
import type { Stretch } from './vm-time.ts';

type Time = 'measuredMs' | 'unmeasuredMs' | 'lifeMs' | 'gpuMs';

/** What is added to thousands of VMs is not looked up by its name. */
const addMs = (to: Mutable<VmAmounts>, time: Time, ms: number): void => {
  if (time === 'measuredMs') to.measuredMs += ms;
  else if (time === 'lifeMs') to.lifeMs += ms;
  else if (time === 'unmeasuredMs') to.unmeasuredMs += ms;
  else to.gpuMs += ms;
};

export interface Tally {
  addEnergy(counted: CountedVm, hostId: number, hour: number, own: number, share: number): void;
  addTime(counted: CountedVm, hostId: number, stretch: Stretch, time: Time): void;
  /** What its GPUs drew all that time, in watts. */
  addGpu(counted: CountedVm, hostId: number, stretch: Stretch, watts: number): void;
  /** In watts. */
  addPower(counted: CountedVm, own: number, share: number): void;
}

export const createTally = (booking: Booking, calendar: Calendar, at: number): Tally => {
  const now = hourAround(at, calendar);
  const rowOf = (counted: CountedVm, hostId: number, hour: number): Mutable<VmRow> => {
    if (counted.row?.hostId === hostId && counted.rowHour === hour) return counted.row;
    counted.rowHour = hour;
    counted.row = booking.openVm(hour, counted.vmId, hostId, counted.account);
    return counted.row;
  };
  const addTime = (counted: CountedVm, hostId: number, hour: number, time: Time, ms: number): void => {
    addMs(counted.account, time, ms);
    addMs(rowOf(counted, hostId, hour), time, ms);
  };
  return {
    addEnergy(counted, hostId, hour, own, share) {
      const { account } = counted;
      const row = rowOf(counted, hostId, hour);
      account.own += own;
      row.own += own;
      if (share === 0) return;
      account.share += share;
      row.share += share;
    },
    addTime(counted, hostId, { from, to }, time) {
      if (from >= now.from && to <= now.to) addTime(counted, hostId, now.hour, time, to - from);
      else
        for (const { hour, lengthMs } of piecesBetween(from, to, calendar))
          addTime(counted, hostId, hour, time, lengthMs);
    },
    addGpu(counted, hostId, { from, to }, watts) {
      for (const { hour, lengthMs } of piecesBetween(from, to, calendar)) {
        const energy = Math.round(watts * lengthMs);
        counted.account.gpu += energy;
        rowOf(counted, hostId, hour).gpu += energy;
        addTime(counted, hostId, hour, 'gpuMs', lengthMs);
      }
    },
    addPower({ account }, own, share) {
      const { power } = account;
      account.power =
        power === undefined ? { own, share } : { own: power.own + own, share: power.share + share };
    },
  };
};
