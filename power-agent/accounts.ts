/**
 * The agent's counters: what each VM, the other processes and idle CPUs have used since the host was started.
 *
 * A step adds to them. Time in which nobody knows what the host drew adds CPU seconds and no joule.
 */
import { type LearntPower, learnPower } from '../lib/power-model/power-model.ts';
import { attributeEnergy } from './attribute.ts';
import { addCpuSeconds, busyOf, type CpuSeconds, capacityOf, noCpuSeconds } from './host-cpu.ts';
import type { EnergyStep, ZoneEnergy } from './meter.ts';

export interface VmAccount {
  readonly cpuSeconds: number;
  readonly energyJoules: number;
  /** What its CPU time added to the host's energy; `undefined` until the model has known once. */
  readonly marginalJoules: number | undefined;
  /** When it was seen last, in seconds since the host was started. */
  readonly seenAt: number;
}

export interface ZoneAccount {
  readonly joules: number;
  /** `undefined` until a step has shown it. */
  readonly isCounted: boolean | undefined;
  readonly errors: number;
}

export interface Accounts {
  /** By the key of the VM. */
  readonly vms: ReadonlyMap<string, VmAccount>;
  readonly zones: ReadonlyMap<string, ZoneAccount>;
  readonly otherJoules: number;
  readonly idleJoules: number;
  /** All that was attributed, also to VMs that are forgotten. */
  readonly hostJoules: number;
  readonly cpu: CpuSeconds;
  /** For how long the energy of the host is known, as its CPUs count time. */
  readonly measuredSeconds: number;
  /** CPU time that waits for the energy of its interval. */
  readonly pending: PendingTime;
  /** What was learnt of the host; `undefined` until the number of CPUs is known. */
  readonly learnt: LearntPower | undefined;
  /** The meter that it was learnt from; `undefined` before there was one. */
  readonly meter: string | undefined;
}

export interface PendingTime {
  readonly seconds: number;
  readonly cpu: CpuSeconds;
  readonly vmSeconds: ReadonlyMap<string, number>;
}

export const nothingPending: PendingTime = { seconds: 0, cpu: noCpuSeconds, vmSeconds: new Map() };

export const noAccounts: Accounts = {
  vms: new Map(),
  zones: new Map(),
  otherJoules: 0,
  idleJoules: 0,
  hostJoules: 0,
  cpu: noCpuSeconds,
  measuredSeconds: 0,
  pending: nothingPending,
  learnt: undefined,
  meter: undefined,
};

export const emptyVm: VmAccount = { cpuSeconds: 0, energyJoules: 0, marginalJoules: undefined, seenAt: 0 };

const addAll = (
  one: ReadonlyMap<string, number>,
  other: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> => {
  const sum = new Map(one);
  for (const [key, value] of other) sum.set(key, (sum.get(key) ?? 0) + value);
  return sum;
};

export interface UsedTime {
  /** Seconds that have passed. */
  readonly seconds: number;
  readonly cpu: CpuSeconds;
  readonly vmSeconds: ReadonlyMap<string, number>;
  /** When it was read, in seconds since the host was started. */
  readonly now: number;
}

/** CPU time counts at once; the energy of its time may come later. */
export const addTime = (accounts: Accounts, { seconds, cpu, vmSeconds, now }: UsedTime): Accounts => {
  const vms = new Map(accounts.vms);
  for (const [key, used] of vmSeconds) {
    const before = vms.get(key) ?? emptyVm;
    vms.set(key, { ...before, cpuSeconds: before.cpuSeconds + used, seenAt: now });
  }
  const { pending } = accounts;
  return {
    ...accounts,
    vms,
    cpu: addCpuSeconds(accounts.cpu, cpu),
    pending: {
      seconds: pending.seconds + seconds,
      cpu: addCpuSeconds(pending.cpu, cpu),
      vmSeconds: addAll(pending.vmSeconds, vmSeconds),
    },
  };
};

const addZones = (
  before: ReadonlyMap<string, ZoneAccount>,
  given: readonly ZoneEnergy[],
): ReadonlyMap<string, ZoneAccount> => {
  const zones = new Map(before);
  for (const { zone, joules, isCounted } of given) {
    const { joules: sum = 0, errors = 0 } = zones.get(zone) ?? {};
    zones.set(zone, { joules: sum + joules, isCounted, errors });
  }
  return zones;
};

type MeasuredStep = Extract<EnergyStep, { readonly kind: 'measured' }>;

/** The energy of the time that was pending. */
export const addEnergy = (accounts: Accounts, { joules, zones, isOfThisTime }: MeasuredStep): Accounts => {
  const { cpu, vmSeconds, seconds } = accounts.pending;
  const [capacitySeconds, busySeconds] = [capacityOf(cpu), busyOf(cpu)];
  const shares = attributeEnergy({ joules, vmSeconds, busySeconds, capacitySeconds });
  const cpus = accounts.learnt?.model.cpus ?? 1;
  const learnt =
    accounts.learnt === undefined || !isOfThisTime || !(capacitySeconds > 0 && seconds > 0)
      ? accounts.learnt
      : learnPower(accounts.learnt, (busySeconds / capacitySeconds) * cpus, joules / seconds);
  const wattsPerCpu = learnt?.known?.wattsPerCpu;
  const vms = new Map(accounts.vms);
  for (const [key, used] of vmSeconds) {
    const before = vms.get(key) ?? emptyVm;
    const marginal = wattsPerCpu === undefined ? undefined : wattsPerCpu * used;
    vms.set(key, {
      ...before,
      energyJoules: before.energyJoules + (shares.vms.get(key) ?? 0),
      marginalJoules:
        marginal === undefined ? before.marginalJoules : (before.marginalJoules ?? 0) + marginal,
    });
  }
  return {
    ...accounts,
    vms,
    zones: addZones(accounts.zones, zones),
    otherJoules: accounts.otherJoules + shares.other,
    idleJoules: accounts.idleJoules + shares.idle,
    hostJoules: accounts.hostJoules + joules,
    measuredSeconds: accounts.measuredSeconds + capacitySeconds / cpus,
    pending: nothingPending,
    learnt,
  };
};

/** What was learnt from one meter is not true of another. */
export const withMeter = (accounts: Accounts, meter: string): Accounts =>
  accounts.meter === meter ? accounts : { ...accounts, meter, learnt: undefined };

/** Nobody knows the energy of the time that was pending. */
export const dropPending = (accounts: Accounts): Accounts => ({ ...accounts, pending: nothingPending });

export const countZoneErrors = (accounts: Accounts, failedZones: readonly string[]): Accounts => {
  if (failedZones.length === 0) return accounts;
  const zones = new Map(accounts.zones);
  for (const zone of failedZones) {
    const before = zones.get(zone) ?? { joules: 0, isCounted: undefined, errors: 0 };
    zones.set(zone, { ...before, errors: before.errors + 1 });
  }
  return { ...accounts, zones };
};

/** In seconds: a VM that has not been here for so long counts anew when it comes back. */
const longestAway = 7 * 86_400;
/** A host that sees more VMs come and go in that time remembers those that were here last. */
const mostAway = 2000;

/** Forgets VMs that have ended: a host sees many in its life. @param now in seconds since the host was started */
export const forgetVms = (accounts: Accounts, now: number): Accounts => {
  const away = [...accounts.vms].filter(([, { seenAt }]) => seenAt < now);
  const since = away.map(([, { seenAt }]) => seenAt).sort((one, other) => other - one)[mostAway - 1] ?? 0;
  const isForgotten = (seenAt: number): boolean =>
    seenAt < now && (now - seenAt > longestAway || seenAt < since);
  const vms = new Map([...accounts.vms].filter(([, { seenAt }]) => !isForgotten(seenAt)));
  return vms.size === accounts.vms.size ? accounts : { ...accounts, vms };
};
