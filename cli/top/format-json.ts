/** `oneext top --json`: one object, for programs. What is not known is null. Units stand in the names. */
import type { TopCloud, TopHost, TopVm } from './cloud.ts';

const orNull = <T>(value: T | undefined): T | null => value ?? null;

const hostObject = (host: TopHost) => ({
  id: host.id,
  name: host.name,
  state: orNull(host.state),
  power_watts: orNull(host.watts),
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
  power_unknown_reason: orNull(vm.unknownReason),
  host_share_ratio: orNull(vm.hostShare),
});

export interface JsonInput {
  readonly time: Date;
  readonly cloud: TopCloud;
  /** The selected ones, in their order. */
  readonly vms: readonly TopVm[];
  readonly powerAgeSeconds: number | undefined;
  readonly problems: readonly string[];
}

/** Totals and hosts are the whole cloud's, whatever is selected. */
export const formatTopJson = ({ time, cloud, vms, powerAgeSeconds, problems }: JsonInput): string => {
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
    hosts: cloud.hosts.map(hostObject),
    vms: vms.map(vmObject),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
};
