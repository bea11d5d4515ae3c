/** The clock of the accounts: kept times are those of the wall, and the exporter's own clock begins anew with it. */
import type { Accounts } from './accounts.ts';

/** What was never measured stays so. */
export const moveMeasured = (at: number, aheadMs: number): number => Math.max(0, at + aheadMs);

/** The same accounts by a clock that is ahead by so much. */
export const moveClock = (accounts: Accounts, byMs: number): Accounts => ({
  ...accounts,
  at: accounts.at === undefined ? undefined : accounts.at + byMs,
  vms: new Map(
    [...accounts.vms].map(([id, vm]) => [
      id,
      { ...vm, seenAt: vm.seenAt + byMs, settledAt: vm.settledAt + byMs },
    ]),
  ),
  hosts: new Map(
    [...accounts.hosts].map(([id, host]) => [
      id,
      {
        ...host,
        settledAt: host.settledAt + byMs,
        vmsMeasuredAt: moveMeasured(host.vmsMeasuredAt, byMs),
        waited: undefined,
      },
    ]),
  ),
  places: new Map(
    [...accounts.places].map(([place, known]) => [
      place,
      { ...known, readAt: known.readAt + byMs, last: undefined },
    ]),
  ),
});
