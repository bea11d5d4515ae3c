/** `oneext top --json`: one object, for programs. What is not known is null. Units stand in the names. */
import type { TopCloud, TopVm } from './cloud.ts';
import type { TopHost } from './hosts.ts';

const orNull = <T>(value: T | undefined): T | null => value ?? null;

const hostObject = (host: TopHost) => ({
  id: host.id,
  name: host.name,
  state: orNull(host.state),
  power_watts: orNull(host.watts),
  idle_watts: orNull(host.idleWatts),
  unassigned_watts: orNull(host.unassignedWatts),
  model_error_ratio: orNull(host.modelError),
  energy_kwh: orNull(host.energy),
  unassigned_energy_kwh: orNull(host.unassignedEnergy),
  cost: orNull(host.cost?.amount),
  currency: orNull(host.cost?.currency),
  vms: orNull(host.vms),
  agent_up: orNull(host.agentUp),
  agent: orNull(host.agent),
  agent_version: orNull(host.agentVersion),
  agent_reason: orNull(host.agentReason),
});

const vmObject = (vm: TopVm) => ({
  id: vm.id,
  name: orNull(vm.name),
  owner: orNull(vm.owner),
  group: orNull(vm.group),
  host_id: orNull(vm.hostId),
  host: orNull(vm.host),
  state: orNull(vm.state),
  lcm_state: orNull(vm.lcmState),
  status: orNull(vm.status),
  vcpus: orNull(vm.vcpus),
  power_watts: orNull(vm.watts),
  gpu_power_watts: orNull(vm.gpuWatts),
  power_unknown_reason: orNull(vm.unknownReason),
  host_share_ratio: orNull(vm.hostShare),
  energy_kwh: orNull(vm.energy),
  cost: orNull(vm.cost?.amount),
  currency: orNull(vm.cost?.currency),
});

export interface JsonInput {
  readonly time: Date;
  readonly cloud: TopCloud;
  /** Of the list that is shown, the selected ones in their order; of the other, all. */
  readonly vms: readonly TopVm[];
  readonly hosts: readonly TopHost[];
  readonly powerAgeSeconds: number | undefined;
  readonly problems: readonly string[];
}

/** Totals are the whole cloud's, whatever is selected. */
export const formatTopJson = ({ time, cloud, vms, hosts, powerAgeSeconds, problems }: JsonInput): string => {
  const { totals } = cloud;
  const document = {
    time: time.toISOString(),
    power_age_seconds: orNull(powerAgeSeconds),
    problems,
    totals: {
      hosts: totals.hosts,
      hosts_measured: totals.hostsMeasured,
      agents_down: totals.agentsDown,
      hosts_power_watts: orNull(totals.hostWatts),
      vms: totals.vms,
      vms_measured: totals.vmsKnown,
      vms_unknown: totals.vmsUnknown,
      vms_power_watts: orNull(totals.vmWatts),
    },
    hosts: hosts.map(hostObject),
    vms: vms.map(vmObject),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
};
