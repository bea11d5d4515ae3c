/**
 * Whether the power that a doubtful agent gives a VM can be that VM's, as OpenNebula knows it.
 *
 * Power over the power of the host is the part of all its CPUs that the VM kept busy. OpenNebula's monitoring has that
 * too, a minute late; where it does not, the VM cannot have kept more CPUs busy than it has.
 */
import type { Host } from '../lib/one/host.ts';
import type { Vm } from '../lib/one/vm.ts';

/** A VM's own threads for I/O come to its virtual CPUs. */
const vcpuTolerance = 1.25;
const cpuTolerance = 1.5;
/** The monitoring is late, and knows hundredths of a CPU. */
const cpuSlack = 0.05;
/** Where the document of a VM has no VCPU, the default of the driver counts: one as a rule. */
const vcpusByDefault = 2;

export interface Claim {
  readonly power: number;
  readonly hostPower: number | undefined;
  readonly host: Pick<Host, 'cpuTotal'> | undefined;
  readonly vm: Pick<Vm, 'vcpus' | 'hasVcpus'>;
  /** CPUs that the VM kept busy, as the monitoring has it. */
  readonly monitoredCpus: number | undefined;
}

export const isInflated = ({ power, hostPower, host, vm, monitoredCpus }: Claim): boolean => {
  const hostCpus = (host?.cpuTotal ?? 0) / 100;
  if (hostPower === undefined || hostPower <= 0 || hostCpus <= 0) return false;
  const cpus = (power / hostPower) * hostCpus;
  if (monitoredCpus !== undefined) return cpus > monitoredCpus * cpuTolerance + cpuSlack;
  const vcpus = vm.hasVcpus ? vm.vcpus : vcpusByDefault;
  return vcpus !== undefined && cpus > vcpus * vcpuTolerance;
};
