/** Capacity, allocation and state of hosts, from one.hostpool.info. */
import type { Host } from '../lib/one/host.ts';
import { defineCollector, gauge, labelled, samplesOf, singleSample } from './collector.ts';

const total = gauge('opennebula_host_total', 'Total number of hosts defined in OpenNebula');

const labels = ['one_host_id'];

const perHost: readonly (readonly [name: string, help: string, value: (host: Host) => number | undefined])[] =
  [
    ['state', 'Host state 0:init 2:monitored 3:error 4:disabled 8:offline', (host) => host.state],
    ['mem_total_bytes', 'Total memory capacity', (host) => host.memoryTotalBytes],
    [
      'mem_maximum_bytes',
      'Total memory capacity considering overcommitment',
      (host) => host.memoryMaximumBytes,
    ],
    ['mem_usage_bytes', 'Total memory capacity allocated to VMs', (host) => host.memoryUsageBytes],
    ['cpu_total_ratio', 'Total CPU capacity', (host) => host.cpuTotal],
    ['cpu_maximum_ratio', 'Total CPU capacity considering overcommitment', (host) => host.cpuMaximum],
    ['cpu_usage_ratio', 'Total CPU capacity allocated to VMs', (host) => host.cpuUsage],
    ['vms', 'Number of VMs allocated to the host', (host) => host.vmCount],
  ];
const families = perHost.map(([name, help, value]) => ({
  family: gauge(`opennebula_host_${name}`, help, labels),
  value,
}));

export const hostCollector = defineCollector({
  name: 'host',
  help: 'hosts: state, memory and CPU capacity and allocation, number of VMs',
  reads: ['hosts'],
  options: {},
  families: [total, ...families.map(({ family }) => family)],
  collect({ hosts }) {
    const objects = labelled(hosts, labels, (host) => [String(host.id)]);
    return [
      singleSample(total, hosts.length),
      ...families.map(({ family, value }) => samplesOf(family, objects, value)),
    ];
  },
});
