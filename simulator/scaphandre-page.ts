/** Writes a host's page as Scaphandre 1.0 does: eight metrics a process, one process after another. */
import { chance, runsOn, type SimulatedHost, type SimulatedVm } from './cloud.ts';

const heads = [
  ['process_disk_total_read_bytes', 'Total data read on disk by the process, in bytes'],
  ['process_cpu_usage_percentage', 'CPU time consumed by the process, as a percentage of all CPU cores'],
  ['process_power_consumption_microwatts', 'Power consumption due to the process, in microwatts'],
  ['process_memory_virtual_bytes', 'Virtual RAM usage by the process, in bytes'],
  ['process_disk_write_bytes', 'Data written on disk by the process, in bytes'],
  ['process_disk_total_write_bytes', 'Total data written on disk by the process, in bytes'],
  ['process_disk_read_bytes', 'Data read on disk by the process, in bytes'],
  ['process_memory_bytes', 'Physical RAM usage by the process, in bytes'],
].map(([name, help]) => `# HELP scaph_${name} ${help}\n# TYPE scaph_${name} gauge\n`);

const plainMetrics = [
  'disk_total_read_bytes',
  'disk_write_bytes',
  'disk_read_bytes',
  'disk_total_write_bytes',
]
  .concat(['memory_bytes', 'memory_virtual_bytes', 'cpu_usage_percentage'])
  .map((name) => `scaph_process_${name}`);

const formatProcess = (labels: string, microwatts: number): string => {
  let text = `scaph_process_power_consumption_microwatts{${labels}} ${microwatts}\n`;
  for (const name of plainMetrics) text += `${name}{${labels}} 0\n`;
  return text;
};

const emulatorArguments =
  ',debug-threads=on-S-object{_qom-type_:_secret_,_id_:_masterKey0_,_format_:_raw_}-machinepc-q35-8.2,usb=off,dump-guest-core=off' +
  '-accelkvm-cpuhost,migratable=on-m4096-overcommitmem-lock=off-smp4,sockets=4,cores=1,threads=1-no-user-config-nodefaults' +
  '-chardevsocket,id=charmonitor,fd=25,server=on,wait=off-monchardev=charmonitor,id=monitor,mode=control-rtcbase=utc-no-shutdown' +
  '-vnc0.0.0.0:1,audiodev=audio1-device{_driver_:_virtio-balloon-pci_,_id_:_balloon0_}-msgtimestamp=on';

const daemons = [
  '/usr/sbin/sshd-D',
  '/usr/sbin/libvirtd--timeout120',
  '/usr/lib/systemd/systemd-journald',
  '',
];

const formatVmProcess = (vm: SimulatedVm, host: SimulatedHost): string => {
  const microwatts =
    host.powerMicrowatts *
    vm.load *
    (vm.sourceHostId === host.id ? 1 : vm.sourceHostId === undefined ? 1 : 0.1);
  const exe = 'exe="/usr/bin/qemu-system-x86_64"';
  const pid = `pid="${10_000 + (vm.id % 50_000)}"`;
  const cmdline = `cmdline="/usr/bin/qemu-kvm-one-nameguest=one-${vm.id}${emulatorArguments}"`;
  const labels = vm.id % 2 === 0 ? [exe, pid, cmdline] : [cmdline, exe, pid];
  return formatProcess(labels.join(','), microwatts);
};

/** @param processes how many there are in all, those of VMs among them */
export const formatScaphandreProcesses = (
  host: SimulatedHost,
  vms: readonly SimulatedVm[],
  processes: number,
): string => {
  const own = vms.filter((vm) => runsOn(vm, host.id));
  let text = heads.join('') + own.map((vm) => formatVmProcess(vm, host)).join('');
  for (let at = own.length; at < processes; at += 1) {
    const cmdline = daemons[at % daemons.length] ?? '';
    const exe = cmdline.split('-')[0] ?? '';
    const microwatts = cmdline === '' ? 0 : Math.round(host.powerMicrowatts * 0.0001 * chance(at, host.id));
    text += formatProcess(`exe="${exe}",pid="${at + 1}",cmdline="${cmdline}"`, microwatts);
  }
  return text;
};

/**
 * The end of the page, behind its processes.
 *
 * @param passed seconds for which the cloud has been as it is here
 */
export const formatScaphandreHost = (host: SimulatedHost, passed: number): string => {
  const { powerMicrowatts } = host;
  const microjoules = Math.round(host.energyMicrojoules + powerMicrowatts * passed);
  let text = '';
  for (const socket of [0, 1]) {
    text += `scaph_socket_power_microwatts{socket_id="${socket}"} ${Math.round(powerMicrowatts / 2)}\n`;
    text += `scaph_socket_energy_microjoules{socket_id="${socket}"} ${Math.round(microjoules / 2)}\n\n`;
  }
  return `${text}# HELP scaph_host_power_microwatts Power measurement on the whole host, in microwatts
# TYPE scaph_host_power_microwatts gauge
scaph_host_power_microwatts ${powerMicrowatts}
scaph_host_energy_microjoules ${microjoules}
scaph_self_version 1.02
`;
};

/** @param processes as above */
export const formatScaphandrePage = (
  host: SimulatedHost,
  vms: readonly SimulatedVm[],
  processes: number,
): string => formatScaphandreProcesses(host, vms, processes) + formatScaphandreHost(host, 0);
