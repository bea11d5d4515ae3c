/** Writes a host's page as Kepler 0.11 does with the levels node and process, and the pids of VMs behind it. */
import { chance, meanMicrowatts, runsOn, type SimulatedHost, type SimulatedVm } from './cloud.ts';

const cpus = 64;
const meanWatts = meanMicrowatts / 1e6;
/** Of all that a host draws. */
const zones = { dram: 0.1, package: 0.9 } as const;
const zoneNames = ['dram', 'package'] as const;

interface Process {
  readonly pid: number;
  readonly labels: string;
  readonly end: string;
  /** Of the capacity of the host. */
  readonly load: number;
  readonly loadSeconds: number;
}

const head = (name: string, type: string, help: string): string =>
  `# HELP kepler_${name} ${help}\n# TYPE kepler_${name} ${type}\n`;

const nodeLines = (name: string, amountOf: (part: number) => number): string =>
  zoneNames
    .map(
      (zone) =>
        `kepler_${name}{node_name="",path="aggregated-${zone}",zone="${zone}"} ${amountOf(zones[zone])}\n`,
    )
    .join('');

const processLines = (
  processes: readonly Process[],
  name: string,
  amountOf: (process: Process) => number,
): string =>
  processes
    .flatMap((process) =>
      zoneNames.map(
        (zone) =>
          `kepler_${name}{${process.labels},state="running",${process.end},zone="${zone}"} ${zones[zone] * amountOf(process)}\n`,
      ),
    )
    .join('');

const pidOf = ({ id }: SimulatedVm): number => 10_000 + (id % 50_000);

const vmProcess = (vm: SimulatedVm, passed: number): Process => ({
  pid: pidOf(vm),
  labels: `comm="qemu-kvm-one",container_id="",exe="/usr/bin/qemu-system-x86_64",node_name="",pid="${pidOf(vm)}"`,
  end: 'type="regular",vm_id=""',
  load: vm.load,
  loadSeconds: vm.loadSeconds + vm.load * passed,
});

const programs = ['/usr/sbin/sshd', '/usr/sbin/libvirtd', '/usr/lib/systemd/systemd-journald', ''] as const;

const otherProcess = (host: SimulatedHost, at: number, readAt: number): Process => {
  const exe = programs[at % programs.length] ?? '';
  const comm = exe === '' ? `kworker/${at % cpus}:1` : exe.replace(/^.*\//, '').slice(0, 15);
  const load = exe === '' ? 0 : 0.0001 * chance(at, host.id);
  return {
    pid: at + 1,
    labels: `comm="${comm}",container_id="",exe="${exe}",node_name="",pid="${at + 1}"`,
    end: 'type="regular",vm_id=""',
    load,
    loadSeconds: load * readAt,
  };
};

/**
 * @param passed seconds for which the cloud has been as it is here
 * @param count processes in all, those of VMs among them
 */
export const formatKeplerPage = (
  host: SimulatedHost,
  placed: readonly SimulatedVm[],
  { passed, processes: count }: { readonly passed: number; readonly processes: number },
): Buffer => {
  const vms = placed.filter((vm) => runsOn(vm, host.id));
  const readAt = host.energyMicrojoules / meanMicrowatts + passed;
  const processes = vms.map((vm) => vmProcess(vm, passed));
  for (let at = vms.length; at < count; at += 1) processes.push(otherProcess(host, at, readAt));
  const used = Math.min(
    1,
    processes.reduce((sum, { load }) => sum + load, 0),
  );
  const info = Array.from(
    { length: cpus },
    (_, cpu) =>
      `kepler_node_cpu_info{core_id="${cpu % 32}",model_name="simulated",physical_id="${cpu < 32 ? 0 : 1}",processor="${cpu}",vendor_id=""} 1\n`,
  );
  const text = [
    'kepler_build_info{arch="amd64",branch="",goversion="go1.26",revision="",version="v0.11.4"} 1\n',
    head(
      'node_cpu_active_joules_total',
      'counter',
      'Energy consumption of cpu in active state at node level in joules',
    ),
    nodeLines('node_cpu_active_joules_total', (part) => part * meanWatts * readAt * used),
    nodeLines('node_cpu_active_watts', (part) => part * meanWatts * used),
    nodeLines('node_cpu_idle_joules_total', (part) => part * meanWatts * readAt * (1 - used)),
    nodeLines('node_cpu_idle_watts', (part) => part * meanWatts * (1 - used)),
    ...info,
    nodeLines('node_cpu_joules_total', (part) => part * meanWatts * readAt),
    `kepler_node_cpu_usage_ratio{node_name=""} ${used}\n`,
    nodeLines('node_cpu_watts', (part) => part * meanWatts),
    processLines(processes, 'process_cpu_joules_total', ({ loadSeconds }) => meanWatts * loadSeconds),
    ...processes.map(
      ({ labels, end, loadSeconds }) =>
        `kepler_process_cpu_seconds_total{${labels},${end}} ${(cpus * loadSeconds).toFixed(2)}\n`,
    ),
    processLines(processes, 'process_cpu_watts', ({ load }) => meanWatts * load),
    'promhttp_metric_handler_errors_total{cause="encoding"} 0\n',
    ...vms.map((vm) => `oneext_vm_process_info{domain="one-${vm.id}",pid="${pidOf(vm)}"} 1\n`),
  ];
  return Buffer.from(text.join(''));
};
