/** The VMs of a step, each with all that is known of it at hand, so that it is looked up once. */
import { isMigrating, mayHaveProcess, type Vm } from '../../lib/one/vm.ts';
import { noAmounts, nobody, type VmAccount, type VmRow } from './accounts.ts';
import type { Mutable } from './booking.ts';

/** A VM, with what only the user's attributes tell; `undefined` where they could not be read. */
export type AccountedVm = Vm & {
  readonly flavours?: number | undefined;
  readonly labels?: string | undefined;
  /** Another part of the cloud, that it moves to, counts its time. */
  readonly isPassing?: true;
};
/** A VM, and what a step adds to it in place: a large cloud has many. */
export interface CountedVm {
  readonly vmId: number;
  /** As the pool has it; `undefined` where it has left that. */
  readonly vm: AccountedVm | undefined;
  readonly before: VmAccount | undefined;
  /** Whether it may have a process now. */
  readonly isRunning: boolean;
  /** The host that it is counted on now. */
  readonly hostId: number | undefined;
  /** The account after the step. */
  readonly account: Mutable<VmAccount>;
  /** The row that was added to last, and its hour. */
  row: Mutable<VmRow> | undefined;
  rowHour: number;
}

/** The account of a VM of the pool as the step begins. */
const accountOf = (vm: AccountedVm, before: VmAccount | undefined, at: number): Mutable<VmAccount> => {
  const { own, share, measuredMs, unmeasuredMs, lifeMs, gpu, gpuMs } = before ?? noAmounts;
  const { flavours, labels = before?.labels ?? nobody.labels } = vm;
  const known = before?.flavour ?? nobody.flavour;
  return {
    name: vm.name,
    owner: vm.owner,
    group: vm.group,
    flavour: flavours === undefined ? known : flavours < 0 ? '' : String(flavours),
    labels,
    own,
    share,
    measuredMs,
    unmeasuredMs,
    lifeMs,
    gpu,
    gpuMs,
    hostId: vm.hostId,
    isRunning: mayHaveProcess(vm),
    isMigrating: isMigrating(vm),
    seenAt: vm.isPassing === true ? (before?.seenAt ?? at) : at,
    settledAt: at,
    power: undefined,
    gpuPower: undefined,
    gpuKnownAt: vm.isPassing === true ? undefined : before?.gpuKnownAt,
  };
};

/** Those of the pool, and those of the accounts that have left it. */
export const countedVms = (
  known: ReadonlyMap<number, VmAccount>,
  { at, vms: present }: { readonly at: number; readonly vms: readonly AccountedVm[] },
  leaderOf: (hostId: number | undefined) => number | undefined,
): ReadonlyMap<number, CountedVm> => {
  const vms = new Map<number, CountedVm>();
  let stayed = 0;
  for (const vm of present) {
    const before = known.get(vm.id);
    if (before !== undefined && !vms.has(vm.id)) stayed += 1;
    const account = accountOf(vm, before, at);
    const { isRunning } = account;
    const hostId = leaderOf(vm.hostId);
    vms.set(vm.id, { vmId: vm.id, vm, before, isRunning, hostId, account, row: undefined, rowHour: 0 });
  }
  if (stayed === known.size) return vms;
  for (const [vmId, before] of known) {
    if (vms.has(vmId)) continue;
    const account = {
      ...before,
      isRunning: false,
      isMigrating: false,
      power: undefined,
      gpuPower: undefined,
      gpuKnownAt: undefined, // another part of the cloud may count it until it comes back
    };
    const gone = { vm: undefined, isRunning: false, hostId: undefined };
    vms.set(vmId, { vmId, ...gone, before, account, row: undefined, rowHour: 0 });
  }
  return vms;
};

/** Those that run, by the host that they are counted on. */
export const runningByHost = (
  vms: ReadonlyMap<number, CountedVm>,
): ReadonlyMap<number | undefined, readonly CountedVm[]> => {
  const running = new Map<number | undefined, CountedVm[]>();
  for (const counted of vms.values()) {
    if (!counted.isRunning) continue;
    const others = running.get(counted.hostId);
    if (others === undefined) running.set(counted.hostId, [counted]);
    else others.push(counted);
  }
  return running;
};
