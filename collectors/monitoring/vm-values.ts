/**
 * What the monitoring of VMs gets: POWER in watts, ENERGY in watt-hours since the VM's accounts began, POWER_TIME in
 * seconds since 1970.
 *
 * OpenNebula merges each sample over the one before, so an attribute never goes away by itself: what was pushed and
 * is not known any more is emptied.
 */
import { mayHaveProcess } from '../../lib/one/vm.ts';
import { microwatts, wattsFromMicrowatts } from '../../lib/units/units.ts';
import { energyOf } from '../accounts/accounts.ts';
import type { Documents } from '../collector.ts';
import { gpuWattsOf } from '../gpu-power.ts';
import { powerOfVm, situationOf } from '../measure-vm.ts';

export interface VmValues {
  readonly vmId: number;
  /** -1 where it has none. */
  readonly hostId: number;
  /** By name; an empty text takes a value back. */
  readonly attributes: Readonly<Record<'POWER' | 'ENERGY' | 'POWER_TIME', string>>;
}

export type ValuesDocuments = Pick<Documents, 'hosts' | 'vms' | 'agents' | 'vmCpu' | 'gpuPower' | 'energy'>;

const millijoulesPerWattHour = 3_600_000;
/** No more digits than a reading has. */
const formatAmount = (amount: number): string => String(Number(amount.toFixed(3)));

/** Of the VMs that run and are measured. @param atSeconds when the agents were asked, in seconds since 1970 */
export const valuesOfVms = (documents: ValuesDocuments, atSeconds: number): readonly VmValues[] => {
  const situation = situationOf(documents);
  return documents.vms.flatMap((vm) => {
    if (!mayHaveProcess(vm)) return [];
    const power = powerOfVm(vm, situation);
    if (typeof power !== 'number') return [];
    const account = documents.energy?.vms.get(vm.id);
    return {
      vmId: vm.id,
      hostId: vm.hostId ?? -1,
      attributes: {
        POWER: formatAmount(
          wattsFromMicrowatts(microwatts(power)) + (gpuWattsOf(documents.gpuPower.get(vm.id)) ?? 0),
        ),
        ENERGY: account === undefined ? '' : formatAmount(energyOf(account) / millijoulesPerWattHour),
        POWER_TIME: String(Math.floor(atSeconds)),
      },
    };
  });
};

/** What monitord has of VMs beside what it is about to get; by VM id. */
export interface PushedVm {
  readonly hostId: number;
  /** How often it has been told that the value ended; a datagram may be lost. */
  readonly emptied: number;
}
export type PushedVms = ReadonlyMap<number, PushedVm>;

const timesEmptied = 3;
const nothing = { POWER: '', ENERGY: '', POWER_TIME: '' };

/** What is to be sent, and what monitord has then. */
export const planPush = (
  values: readonly VmValues[],
  before: PushedVms,
): { readonly values: readonly VmValues[]; readonly pushed: PushedVms } => {
  const pushed = new Map(values.map(({ vmId, hostId }) => [vmId, { hostId, emptied: 0 }]));
  const ended = [...before].filter(([vmId]) => !pushed.has(vmId));
  for (const [vmId, { hostId, emptied }] of ended)
    if (emptied + 1 < timesEmptied) pushed.set(vmId, { hostId, emptied: emptied + 1 });
  return {
    values: [...values, ...ended.map(([vmId, { hostId }]) => ({ vmId, hostId, attributes: nothing }))],
    pushed,
  };
};
