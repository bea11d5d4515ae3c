/** The agent's page: its counters as Prometheus reads them. Watts are rates of counters. */
import { formatLabels } from '../lib/prometheus/exposition.ts';
import type { FamilySamples, MetricFamily, MetricType, Sample } from '../lib/prometheus/metric-family.ts';
import type { Accounts, VmAccount } from './accounts.ts';
import { cpuModes } from './host-cpu.ts';
import { identityOf } from './vm-times.ts';

const family = (
  name: string,
  type: MetricType,
  help: string,
  labels: readonly string[] = [],
): MetricFamily => ({ name: `onepower_${name}`, type, help, labels });

const vmLabels = ['domain', 'uuid'];
export const agentFamilies = {
  vmEnded: family('vm_ended', 'gauge', '1 for a VM that has ended', vmLabels),
  vmCpu: family('vm_cpu_seconds_total', 'counter', 'CPU time of the VM', vmLabels),
  vmEnergy: family(
    'vm_energy_joules_total',
    'counter',
    'Energy of the host that is of the VM: by its part of the time of all CPUs',
    vmLabels,
  ),
  vmMarginal: family(
    'vm_marginal_energy_joules_total',
    'counter',
    'Energy of the host that the VM has added',
    vmLabels,
  ),
  other: family('other_energy_joules_total', 'counter', 'Energy of the host that is of other processes'),
  idle: family('idle_energy_joules_total', 'counter', 'Energy of the host that is of idle CPUs'),
  host: family(
    'host_energy_joules_total',
    'counter',
    'Energy of the host: of VMs, other processes and idle CPUs',
  ),
  zone: family(
    'zone_energy_joules_total',
    'counter',
    'Energy of the zone; counted="true" where it is part of the energy of the host',
    ['zone', 'counted'],
  ),
  zoneErrors: family('zone_read_errors_total', 'counter', 'Failed readings of the zone', ['zone']),
  cpu: family('host_cpu_seconds_total', 'counter', 'CPU time of the host', ['mode']),
  measured: family('measured_seconds_total', 'counter', 'Time for which the energy of the host is known'),
  cpus: family('host_cpus', 'gauge', 'CPUs of the host'),
  idleWatts: family('host_idle_watts', 'gauge', 'Power of the host when it is idle, by the model'),
  cpuWatts: family('host_watts_per_cpu', 'gauge', 'Power of each busy CPU, by the model'),
  modelError: family(
    'host_model_error_ratio',
    'gauge',
    'Error of the model, as a part of the power of the host',
  ),
  info: family('info', 'gauge', 'Version and meter of the agent', ['version', 'meter']),
} as const;

/** Half of a zipped page is digits, and more of them than a meter has tell nothing. */
const roundedTo =
  (decimals: number) =>
  (value: number): number =>
    Math.round(value * 10 ** decimals) / 10 ** decimals;
const rounded = roundedTo(6);
/** Of a VM: all of them sum to the energy of the host, also where there are hundreds. Nine digits, and never lower. */
const roundedEnergy = (joules: number): number => roundedTo(joules < 1e5 ? 4 : joules < 1e6 ? 3 : 2)(joules);
/** The kernel counts most CPU time in hundredths. */
const roundedSeconds = roundedTo(2);
const roundedMarginal = roundedTo(2);

/** A counter of a VM that was seen within `shownSeconds`; what it used last would be lost if it went at once. */
const shownSeconds = 300;

export interface Shown {
  readonly version: string;
  readonly meter: string;
  readonly cpus: number;
  /** When the host was read last: a VM that was seen then runs. In seconds since the host was started. */
  readonly readAt: number;
}

export const formatFamilies = (accounts: Accounts, shown: Shown): readonly FamilySamples[] => {
  const vms = [...accounts.vms]
    .filter(([, { seenAt }]) => shown.readAt - seenAt <= shownSeconds)
    .map(([key, account]) => {
      const { domain, uuid } = identityOf(key);
      return { labels: formatLabels(vmLabels, [domain, uuid]), account };
    });
  const ofVms = (of: (account: VmAccount) => number | undefined): readonly Sample[] =>
    vms.flatMap(({ labels, account }) => {
      const value = of(account);
      return value === undefined ? [] : [{ labels, value }];
    });
  const alone = (value: number | undefined): readonly Sample[] =>
    value === undefined ? [] : [{ labels: '', value }];
  const model = accounts.learnt?.known;
  const zones = [...accounts.zones];
  /** Without a meter nobody knows of any joule. */
  const isMeasured = zones.some(([, { isCounted }]) => isCounted !== undefined);
  const energy = (value: number): readonly Sample[] => alone(isMeasured ? rounded(value) : undefined);
  const { vmEnded, vmCpu, vmEnergy, vmMarginal, other, idle, host, zone, zoneErrors, cpu, cpus } =
    agentFamilies;
  const families: readonly FamilySamples[] = [
    { family: vmEnded, samples: ofVms(({ seenAt }) => (seenAt === shown.readAt ? undefined : 1)) },
    { family: vmCpu, samples: ofVms(({ cpuSeconds }) => roundedSeconds(cpuSeconds)) },
    { family: vmEnergy, samples: isMeasured ? ofVms(({ energyJoules }) => roundedEnergy(energyJoules)) : [] },
    {
      family: vmMarginal,
      samples: ofVms(({ marginalJoules: joules }) =>
        joules === undefined ? joules : roundedMarginal(joules),
      ),
    },
    { family: other, samples: energy(accounts.otherJoules) },
    { family: idle, samples: energy(accounts.idleJoules) },
    { family: host, samples: energy(accounts.hostJoules) },
    {
      family: zone,
      samples: zones.flatMap(([name, { joules, isCounted }]) =>
        isCounted === undefined
          ? []
          : [{ labels: formatLabels(zone.labels, [name, String(isCounted)]), value: rounded(joules) }],
      ),
    },
    {
      family: zoneErrors,
      samples: zones.map(([name, { errors }]) => ({
        labels: formatLabels(zoneErrors.labels, [name]),
        value: errors,
      })),
    },
    {
      family: cpu,
      samples: cpuModes.map((mode) => ({
        labels: formatLabels(cpu.labels, [mode]),
        value: rounded(accounts.cpu[mode]),
      })),
    },
    { family: agentFamilies.measured, samples: energy(accounts.measuredSeconds) },
    { family: cpus, samples: alone(shown.cpus) },
    { family: agentFamilies.idleWatts, samples: alone(model?.idleWatts) },
    { family: agentFamilies.cpuWatts, samples: alone(model?.wattsPerCpu) },
    { family: agentFamilies.modelError, samples: alone(model?.errorRatio) },
    {
      family: agentFamilies.info,
      samples: [{ labels: formatLabels(['version', 'meter'], [shown.version, shown.meter]), value: 1 }],
    },
  ];
  return families.filter(({ samples }) => [...samples].length > 0);
};
