/** Which VM asks: that of X-ONEGATE-VMID, if X-ONEGATE-TOKEN is its token as oned would make it now. */
import type { User } from '../../lib/one/user.ts';
import type { VmWithAttributes } from '../collector.ts';
import { isToken, makeOneGateToken } from './onegate-token.ts';

export interface GuestDirectory {
  readonly vms: ReadonlyMap<number, VmWithAttributes>;
  readonly users: ReadonlyMap<number, User>;
}

export interface GuestCredentials {
  readonly vmId: string;
  readonly token: string;
}

export type GuestVerdict =
  | { readonly kind: 'granted'; readonly vm: VmWithAttributes }
  /** The VM may be known, but the token is not its own. */
  | { readonly kind: 'denied'; readonly vmId: number | undefined }
  /** Who created the VM could not be read: then no token can be judged. */
  | { readonly kind: 'unknown' };

/** As oned does: that of the user who created the VM, and where that user is gone, that of its owner. */
const passwordOf = (
  { creatorId, ownerId }: NonNullable<VmWithAttributes['tokenUsers']>,
  users: GuestDirectory['users'],
): string | undefined => (users.get(creatorId) ?? users.get(ownerId ?? -1))?.tokenPassword;

export const identifyGuest = (
  { vmId, token }: GuestCredentials,
  { vms, users }: GuestDirectory,
  tokenOf = makeOneGateToken,
): GuestVerdict => {
  // Only as oned writes it: 524, and neither 0524 nor +524.
  const vm = /^(?:0|[1-9]\d{0,9})$/.test(vmId) ? vms.get(Number(vmId)) : undefined;
  if (vm === undefined) return { kind: 'denied', vmId: undefined };
  if (vm.flavours === undefined) return { kind: 'unknown' };
  const denied = { kind: 'denied', vmId: vm.id } as const;
  const { startTime = '', tokenUsers } = vm;
  const password = tokenUsers === undefined ? undefined : passwordOf(tokenUsers, users);
  if (password === undefined || !/^\d+$/.test(startTime)) return denied;
  const expected = tokenOf(vm.id, startTime, password);
  return expected !== undefined && isToken(token, expected) ? { kind: 'granted', vm } : denied;
};
