/** What is known of VMs between two readings of the pool. It outlasts a set of options, as what is known of agents does. */
import type { KnownAttributes } from '../attribute-plan.ts';

/** Where a VM is and where it was before: the short form of its document has only the last record. */
export interface KnownHosts {
  readonly current: number | undefined;
  readonly previous: number | undefined;
}

/** By VM id. */
export interface VmMemory {
  attributes: ReadonlyMap<number, KnownAttributes>;
  hosts: ReadonlyMap<number, KnownHosts>;
}

export const createVmMemory = (): VmMemory => ({ attributes: new Map(), hosts: new Map() });
