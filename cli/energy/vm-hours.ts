/** The hours of one VM in the ledger: on which hosts it was, whose it was, what it used, and how much was measured. */
import { noAmounts, type VmAmounts } from '../../collectors/accounts/accounts.ts';
import { addVmAmounts, type Mutable } from '../../collectors/accounts/booking.ts';
import type { RowVisitor } from '../../collectors/accounts/rows.ts';

/** In millijoules and milliseconds. */
export interface VmHour extends Mutable<VmAmounts> {
  /** Its beginning, in milliseconds since 1970. */
  readonly hour: number;
  /** -1 where the VM had none. */
  readonly hostId: number;
  readonly hostName: string;
  readonly name: string;
  readonly owner: string;
  readonly group: string;
}

export interface VmHourReader {
  /** Takes the rows of an hour; of one that is not counted only the names. */
  visitor(hour: number, isCounted: boolean): RowVisitor;
  /** Names from before may be those of others now. */
  forgetNames(): void;
  /** In the order of time. */
  hours(): readonly VmHour[];
}

export const createVmHourReader = (vmId: number): VmHourReader => {
  const nameless = { name: '', owner: '', group: '' };
  let who = nameless;
  const hostNames = new Map<number, string>();
  const hours = new Map<string, VmHour>();
  let hour = 0;
  let isCounted = false;
  const openHour = (hostId: number): VmHour => {
    const key = JSON.stringify([hour, hostId, who.owner, who.group]);
    const open = hours.get(key) ?? {
      hour,
      hostId,
      hostName: hostNames.get(hostId) ?? '',
      ...who,
      ...noAmounts,
    };
    hours.set(key, open);
    return open;
  };
  const visitor: RowVisitor = {
    onVm: (id, { name, owner, group }) => {
      if (id === vmId) who = { name, owner, group };
    },
    onHost: (id, { name }) => void hostNames.set(id, name),
    onUse: (id, hostId, own, share, measuredMs, unmeasuredMs, lifeMs) => {
      if (id !== vmId || !isCounted) return;
      addVmAmounts(openHour(hostId), { ...noAmounts, own, share, measuredMs, unmeasuredMs, lifeMs });
    },
    onGpu: (id, hostId, gpu, gpuMs) => {
      if (id === vmId && isCounted) addVmAmounts(openHour(hostId), { ...noAmounts, gpu, gpuMs });
    },
    onDraw: () => undefined,
  };
  return {
    visitor(at, counts) {
      hour = at;
      isCounted = counts;
      return visitor;
    },
    forgetNames() {
      who = nameless;
      hostNames.clear();
    },
    hours: () => [...hours.values()].sort((one, other) => one.hour - other.hour),
  };
};
