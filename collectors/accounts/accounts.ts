/**
 * Energy of VMs and hosts since the accounts began, and what is not in the ledger yet.
 *
 * Energy is in whole millijoules and time in whole milliseconds, so that sums are exact.
 */
import type { GpuReading } from '../gpu-power.ts';
import type { Attribution } from './attribution.ts';
import type { IdlePolicy } from './idle-share.ts';
import type { Place } from './spans.ts';

/** Who a VM is; all of it may change. */
export interface VmIdentity {
  readonly name: string;
  readonly owner: string;
  readonly group: string;
  /** FLAVOURS of the user's attributes; '' where there is none, or it is not known. */
  readonly flavour: string;
  /** LABELS of the user's attributes, separated by commas. */
  readonly labels: string;
}
export const nobody: VmIdentity = { name: '', owner: '', group: '', flavour: '', labels: '' };

/** What a host is; all of it may change. */
export interface HostIdentity {
  readonly name: string;
  readonly cluster: string;
  /** The zone of the electricity grid; '' where it is not known. */
  readonly gridZone: string;
}
export const noHost: HostIdentity = { name: '', cluster: '', gridZone: '' };

/** What is counted of a VM. */
export interface VmAmounts {
  /** What it used. */
  readonly own: number;
  /** What it got of the energy that no VM used. */
  readonly share: number;
  /** How long it ran and was measured. */
  readonly measuredMs: number;
  /** How long it ran and was not. */
  readonly unmeasuredMs: number;
  /** How long it existed, also powered off. */
  readonly lifeMs: number;
  /** What its GPUs used, which no agent of its host measures, and how long that was known. */
  readonly gpu: number;
  readonly gpuMs: number;
}
export const noAmounts: VmAmounts = {
  own: 0,
  share: 0,
  measuredMs: 0,
  unmeasuredMs: 0,
  lifeMs: 0,
  gpu: 0,
  gpuMs: 0,
};

/** All that a VM is charged for. */
export const energyOf = ({ own, share, gpu }: Pick<VmAmounts, 'own' | 'share' | 'gpu'>): number =>
  own + share + gpu;

/** What is counted of a host: its VMs' energy and `rest` sum to `total`. */
export interface HostAmounts {
  readonly total: number;
  /** What no VM got. */
  readonly rest: number;
  readonly measuredMs: number;
  /** Of the total, that for which the supply factor was known, and what the machine drew for it. */
  readonly supplyBase: number;
  readonly supply: number;
  /** What was drawn while the PUE was known, with the supply factor where that was known, and the site's part of it. */
  readonly pueBase: number;
  readonly pue: number;
}
export const noHostAmounts: HostAmounts = {
  total: 0,
  rest: 0,
  measuredMs: 0,
  supplyBase: 0,
  supply: 0,
  pueBase: 0,
  pue: 0,
};

/** By which rules energy was given to VMs. */
export interface Policy {
  readonly attribution: Attribution;
  readonly idle: IdlePolicy;
}

export interface VmAccount extends VmIdentity, VmAmounts {
  readonly hostId: number | undefined;
  readonly isRunning: boolean;
  /** Counts on each host that sees it. */
  readonly isMigrating: boolean;
  /** When it was in the pool last. */
  readonly seenAt: number;
  /** Up to when it is known whether its time was measured. */
  readonly settledAt: number;
  /** Power in watts at the last reading; not kept. */
  readonly power: { readonly own: number; readonly share: number } | undefined;
  /** The same of its GPUs. */
  readonly gpuPower: GpuReading | undefined;
  /** When the power of its GPUs was known last, in seconds since 1970; not kept. */
  readonly gpuKnownAt: number | undefined;
}

/** Energy of a host, in millijoules, that is not counted yet: its VMs may still be measured for that time. */
export interface Waited {
  readonly from: number;
  readonly to: number;
  readonly millijoules: number;
}

export interface HostAccount extends HostIdentity, HostAmounts {
  /** Up to when its energy is counted. */
  readonly settledAt: number;
  /** When an agent has measured its VMs last. */
  readonly vmsMeasuredAt: number;
  /** Not kept. */
  readonly waited: Waited | undefined;
}

/** A line of the ledger: a VM on a host in an hour, under one name of its owner. */
export interface VmRow extends VmIdentity, VmAmounts {
  readonly vmId: number;
  /** -1 where it had none. */
  readonly hostId: number;
}
export interface HostRow extends HostIdentity, HostAmounts {
  readonly hostId: number;
}

/** What belongs to one hour. */
export interface HourRows {
  /** One for each VM, host, owner and group. */
  readonly vms: readonly VmRow[];
  readonly hosts: ReadonlyMap<number, HostRow>;
  /** More than one where the settings were changed within the hour. */
  readonly policies: readonly Policy[];
}

/** What goes to the ledger together; its number tells whether it is there already. */
export interface Batch {
  readonly sequence: number;
  /** By the beginning of the hour, in milliseconds since 1970. */
  readonly hours: ReadonlyMap<number, HourRows>;
}

export interface Accounts {
  /** When the last step was; `undefined` before the first. */
  readonly at: number | undefined;
  /** The election of the zone's leader after which that was; 0 where a front-end is alone. */
  readonly term: number;
  readonly vms: ReadonlyMap<number, VmAccount>;
  readonly hosts: ReadonlyMap<number, HostAccount>;
  readonly places: ReadonlyMap<string, Place>;
  readonly batch: Batch;
}

export const noAccounts: Accounts = {
  at: undefined,
  term: 0,
  vms: new Map(),
  hosts: new Map(),
  places: new Map(),
  batch: { sequence: 1, hours: new Map() },
};
