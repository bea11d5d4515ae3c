/**
 * Energy of VMs and hosts since the accounts began: counters that never fall, whatever starts again.
 *
 * Their labels are identities alone: a counter whose labels change with a migration or an owner cannot be summed.
 */
import type { FamilySamples } from '../lib/prometheus/metric-family.ts';
import { energyOf, type VmAccount } from './accounts/accounts.ts';
import { counter, defineCollector, gauge, labelled, samplesOf, singleSample } from './collector.ts';
import { energyOptions } from './energy-options.ts';

const vmEnergy = counter(
  'opennebula_vm_energy_joules_total',
  "Energy of the VM: what it used, its share of what the host's VMs did not use, and what its GPUs used",
  ['one_vm_id'],
);
const vmGpuEnergy = counter(
  'opennebula_vm_gpu_energy_joules_total',
  'Energy of the GPUs of the VM while their power was known; it is in opennebula_vm_energy_joules_total too',
  ['one_vm_id'],
);
const vmGpuMeasured = counter(
  'opennebula_vm_gpu_measured_seconds_total',
  'Time for which the power of the GPUs of the VM was known',
  ['one_vm_id'],
);
const vmUnmeasured = counter(
  'opennebula_vm_unmeasured_seconds_total',
  'Time for which the VM ran and was not measured: its energy of that time is in no sample',
  ['one_vm_id'],
);
const vmPower = gauge(
  'opennebula_vm_power_watts',
  'Power of the VM at the last reading: what it uses (own), its share of what no VM uses (share), and what its GPUs use (gpu)',
  ['one_vm_id', 'part'],
);
const hostEnergy = counter(
  'opennebula_host_energy_joules_total',
  'Energy of the host while it was measured',
  ['one_host_id'],
);
const hostUnassigned = counter(
  'opennebula_host_unassigned_energy_joules_total',
  'Energy of the host that is assigned to none of its VMs',
  ['one_host_id'],
);
const hostSupply = counter(
  'opennebula_host_supply_energy_joules_total',
  'Energy that the machine drew while its supply factor was known: that of the host, times the factor',
  ['one_host_id'],
);
const hostSite = counter(
  'opennebula_host_site_energy_joules_total',
  'Energy that the site drew for the machine while the PUE was known (--energy.pue): that of the machine, or of the host where its supply factor was not known, times the PUE',
  ['one_host_id'],
);
const accountingInfo = gauge(
  'opennebula_energy_accounting_info',
  'What a VM is charged for its CPU time (--energy.attribution), and who gets the energy of a host that none of its VMs has used (--energy.idle)',
  ['attribution', 'idle'],
);

const copyTime = gauge(
  'opennebula_energy_copy_timestamp_seconds',
  'Up to when the accounts are counted that this front-end has copied from the one that leads the zone, in seconds since 1970; 0 before the first copy',
);

const joules = (millijoules: number): number => millijoules / 1000;

/** Of what is known. */
const partsOf = ({ power, gpuPower }: VmAccount): Readonly<Record<string, number>> => ({
  ...power,
  ...(gpuPower === undefined ? {} : { gpu: gpuPower.watts }),
});

/** By the id of the VM; also what a guest is told of itself. */
export const energyOfVms = (accounts: ReadonlyMap<number, VmAccount>): readonly FamilySamples[] => {
  const vms = labelled(accounts, vmEnergy.labels, ([id]) => [String(id)]);
  const withGpu = labelled(
    [...accounts].filter(([, { gpuMs }]) => gpuMs > 0),
    vmGpuEnergy.labels,
    ([id]) => [String(id)],
  );
  const parts = [...accounts].flatMap(([id, account]) =>
    Object.entries(partsOf(account)).map(([part, watts]) => ({ id, part, watts })),
  );
  return [
    samplesOf(vmEnergy, vms, ([, account]) => joules(energyOf(account))),
    samplesOf(vmGpuEnergy, withGpu, ([, { gpu }]) => joules(gpu)),
    samplesOf(vmGpuMeasured, withGpu, ([, { gpuMs }]) => gpuMs / 1000),
    samplesOf(vmUnmeasured, vms, ([, { unmeasuredMs }]) => unmeasuredMs / 1000),
    samplesOf(
      vmPower,
      labelled(parts, vmPower.labels, ({ id, part }) => [String(id), part]),
      ({ watts }) => watts,
    ),
  ];
};

export const energyCollector = defineCollector({
  name: 'energy',
  help: 'energy of VMs and hosts, counted since the accounts in --energy.directory began',
  reads: ['energy', 'energyCopy'],
  countsItself: true,
  options: energyOptions,
  families: [
    vmEnergy,
    vmGpuEnergy,
    vmGpuMeasured,
    vmUnmeasured,
    vmPower,
    hostEnergy,
    hostUnassigned,
    hostSupply,
    hostSite,
    accountingInfo,
    copyTime,
  ],
  collect: ({ energy, energyCopy }, { 'energy.attribution': attribution, 'energy.idle': idle }) => {
    const hosts = labelled(energy?.hosts ?? [], hostEnergy.labels, ([id]) => [String(id)]);
    const policies = energy === undefined ? [] : [[attribution, idle]];
    return [
      ...energyOfVms(energy?.vms ?? new Map()),
      samplesOf(hostEnergy, hosts, ([, { total }]) => joules(total)),
      samplesOf(hostUnassigned, hosts, ([, { rest }]) => joules(rest)),
      // What was never known is no 0.
      samplesOf(hostSupply, hosts, ([, { supplyBase, supply }]) =>
        supplyBase > 0 ? joules(supply) : undefined,
      ),
      samplesOf(hostSite, hosts, ([, { pueBase, pue }]) => (pueBase > 0 ? joules(pue) : undefined)),
      samplesOf(
        accountingInfo,
        labelled(policies, accountingInfo.labels, (policy) => policy),
        () => 1,
      ),
      energyCopy === undefined
        ? { family: copyTime, samples: [] }
        : singleSample(copyTime, energyCopy / 1000),
    ];
  },
});
