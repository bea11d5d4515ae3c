/** State and capacity of VMs, from one.vmpool.info, and their FLAVOURS, from the extended form. */
import type { VmWithAttributes } from './collector.ts';
import { defineCollector, gauge, labelled, samplesOf, singleSample } from './collector.ts';

const total = gauge('opennebula_vm_total', 'Total number of VMs defined in OpenNebula');

const labels = ['one_vm_id'];

const perVm: readonly (readonly [
  name: string,
  help: string,
  value: (vm: VmWithAttributes) => number | undefined,
])[] = [
  ['host_id', 'Host ID where the VM is allocated', (vm) => vm.hostId ?? -1],
  [
    'state',
    'VM state 0:init 1:pending 2:hold 3:active 4:stopped 5:suspended 6:done 8:poweroff 9:undeployed 10:clonning',
    (vm) => vm.state,
  ],
  ['lcm_state', 'VM LCM state, only relevant for state 3 (active)', (vm) => vm.lcmState],
  ['mem_total_bytes', 'Total memory capacity', (vm) => vm.memoryBytes],
  ['cpu_ratio', 'Total CPU capacity requested by the VM', (vm) => vm.cpuRatio],
  ['cpu_vcpus', 'Total number of virtual CPUs', (vm) => vm.vcpus],
  ['disks', 'Total number of disks', (vm) => vm.disks.length],
  ['nics', 'Total number of network interfaces', (vm) => vm.nicCount],
  [
    'ut_flavours',
    'Flavours used to create the Serverless Runtime in the Provisioning Engine',
    (vm) => vm.flavours,
  ],
];
const families = perVm.map(([name, help, value]) => ({
  family: gauge(`opennebula_vm_${name}`, help, labels),
  value,
}));

const diskSize = gauge('opennebula_vm_disk_size_bytes', 'Size of the VM disk', ['one_vm_id', 'disk_id']);

const info = gauge('opennebula_vm_info', 'Name, owner and host of the VM (no host: -1)', [
  'one_vm_id',
  'one_host_id',
  'one_vm_name',
  'one_vm_owner',
]);

export const vmCollector = defineCollector({
  name: 'vm',
  help: 'VMs: name, owner, state, host, memory, CPU, disks, NICs, FLAVOURS',
  reads: ['vms'],
  options: {},
  families: [total, ...families.map(({ family }) => family), diskSize, info],
  collect({ vms }) {
    const objects = labelled(vms, labels, (vm) => [String(vm.id)]);
    const disks = labelled(
      vms.flatMap((vm) => vm.disks.map((disk) => ({ vmId: vm.id, disk }))),
      diskSize.labels,
      ({ vmId, disk }) => [String(vmId), disk.id],
    );
    const named = labelled(vms, info.labels, (vm) => [
      String(vm.id),
      String(vm.hostId ?? -1),
      vm.name,
      vm.owner,
    ]);
    return [
      singleSample(total, vms.length),
      ...families.map(({ family, value }) => samplesOf(family, objects, value)),
      samplesOf(diskSize, disks, ({ disk }) => disk.sizeBytes),
      samplesOf(info, named, () => 1),
    ];
  },
});
