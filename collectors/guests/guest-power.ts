/** What a VM is told of its own power and energy, or why there is nothing to tell. */
import { mayHaveProcess } from '../../lib/one/vm.ts';
import type { Accounts, VmAccount } from '../accounts/accounts.ts';
import type { VmWithAttributes } from '../collector.ts';
import { powerOfVm, type Situation, unmeasuredReasons } from '../measure-vm.ts';

export type GuestPower =
  | { readonly kind: 'measured'; readonly account: VmAccount; readonly watts: number }
  | { readonly kind: 'unmeasured'; readonly reason: string };

const whyUnmeasured = (vm: VmWithAttributes, situation: Situation | undefined): string => {
  const power = situation === undefined ? undefined : powerOfVm(vm, situation);
  if (power === undefined) return "the hosts' power agents have not been read yet";
  const reason = typeof power === 'string' ? power : 'first_reading';
  return `${reason}: ${unmeasuredReasons[reason]}`;
};

/**
 * @param accounts `undefined` where none are kept
 * @param situation what the agents have said last; `undefined` before that
 */
export const guestPowerOf = (
  vm: VmWithAttributes,
  accounts: Accounts | undefined,
  situation: Situation | undefined,
): GuestPower => {
  const unmeasured = (reason: string): GuestPower => ({ kind: 'unmeasured', reason });
  if (!mayHaveProcess(vm)) return unmeasured('not_running: OpenNebula says that this VM does not run');
  if (accounts === undefined) return unmeasured('no_accounts: the exporter keeps no accounts of energy');
  const account = accounts.vms.get(vm.id);
  if (account?.power === undefined) return unmeasured(whyUnmeasured(vm, situation));
  const { own, share } = account.power;
  return { kind: 'measured', account, watts: own + share + (account.gpuPower?.watts ?? 0) };
};
