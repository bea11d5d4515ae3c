/**
 * Decides for which VMs the extended form of the document is read.
 *
 * one.vmpool.info is a third of one.vmpool.infoextended but lacks the user's attributes. These change rarely,
 * and nothing in the short form tells when, so they are read for VMs that are new or changed their state, and
 * for each VM again before `longestAgeMs` has passed.
 */
import type { TokenUsers, Vm, VmExporter } from '../lib/one/vm.ts';

/** What only the extended form tells. */
export interface Attributes {
  readonly flavours: number;
  readonly labels?: string | undefined;
  readonly uuid?: string | undefined;
  readonly gpuCount?: number | undefined;
  readonly exporter: VmExporter | undefined;
  readonly tokenUsers: TokenUsers | undefined;
}

export interface KnownAttributes extends Attributes {
  readonly fingerprint: string;
  readonly readAt: number;
}

export type AttributePlan =
  | { readonly kind: 'some'; readonly ids: readonly number[] }
  /** So many are due that one call for all is cheaper. */
  | { readonly kind: 'all' };

export const longestAgeMs = 10 * 60_000;

/** What the short form shows of a VM's course; a change of attributes often comes with one of these. */
export const fingerprintOf = (vm: Vm): string => `${vm.state}/${vm.lcmState}/${vm.startTime}/${vm.hostId}`;

/** Spreads the VMs over half of the longest age, so that not all are due at once. */
const ageLimitOf = (id: number): number => longestAgeMs * (0.5 + ((id * 2_654_435_761) % 1000) / 2000);

export const planAttributeReads = (
  vms: readonly Vm[],
  known: ReadonlyMap<number, KnownAttributes>,
  now: number,
): AttributePlan => {
  const ids = vms
    .filter((vm) => {
      const attributes = known.get(vm.id);
      return (
        attributes === undefined ||
        attributes.fingerprint !== fingerprintOf(vm) ||
        now - attributes.readAt >= ageLimitOf(vm.id)
      );
    })
    .map((vm) => vm.id);
  return ids.length > vms.length / 2 && ids.length > 50 ? { kind: 'all' } : { kind: 'some', ids };
};
