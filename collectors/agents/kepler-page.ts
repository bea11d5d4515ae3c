/**
 * A page of Kepler 0.10 or later, line by line (https://github.com/sustainable-computing-io/kepler).
 *
 * Only what is needed is taken: of the three metrics of each process one, and of that one the processes that run
 * QEMU.
 */
import { labelsOf, sampleValueOf } from '../../lib/prometheus/sample-line.ts';
import { isPartOfMachine, type PlatformEntry } from './platform-power.ts';

/** A process that runs QEMU, or that Kepler takes for a VM. */
export interface KeplerProcess {
  readonly pid: string;
  /** What Kepler calls the VM; '' where it sees none. */
  readonly vmId: string;
  readonly isQemu: boolean;
  readonly cpuSeconds: number;
}

export interface KeplerVm {
  name: string;
  /** Of the series of running VMs, by zone. */
  readonly watts: Map<string, number>;
}

/** Of one zone, of a VM that runs or has ended. */
export interface KeplerVmJoules {
  readonly vmId: string;
  readonly name: string;
  readonly zone: string;
  readonly state: string;
  readonly joules: number;
}

export interface KeplerPage {
  version: string;
  /** Metrics of Kepler before 0.10. */
  isLegacy: boolean;
  /** A line of the program's own library, which stands behind all lines of Kepler. */
  isWhole: boolean;
  hasProcesses: boolean;
  usageRatio: number;
  cpus: number;
  readonly sockets: Set<string>;
  /** Of the node, by zone. */
  readonly watts: Map<string, number>;
  readonly activeWatts: Map<string, number>;
  readonly joules: Map<string, number>;
  readonly rawJoules: Map<string, number>;
  readonly processes: KeplerProcess[];
  readonly ended: Set<string>;
  readonly vms: Map<string, KeplerVm>;
  readonly vmJoules: KeplerVmJoules[];
  /** Domain by pid, from the lines behind the page. */
  readonly domains: Map<string, string>;
  readonly platform: PlatformEntry[];
}

export const emptyKeplerPage = (): KeplerPage => ({
  version: '',
  isLegacy: false,
  isWhole: false,
  hasProcesses: false,
  usageRatio: Number.NaN,
  cpus: 0,
  sockets: new Set(),
  watts: new Map(),
  activeWatts: new Map(),
  joules: new Map(),
  rawJoules: new Map(),
  processes: [],
  ended: new Set(),
  vms: new Map(),
  vmJoules: [],
  domains: new Map(),
  platform: [],
});

const addTo = (values: Map<string, number>, line: Buffer): void => {
  const zone = labelsOf(line).get('zone') ?? '';
  values.set(zone, (values.get(zone) ?? 0) + sampleValueOf(line));
};

const readVm = (page: KeplerPage, line: Buffer): void => {
  const labels = labelsOf(line);
  if (labels.get('state') !== 'running') return;
  const vmId = labels.get('vm_id') ?? '';
  const vm = page.vms.get(vmId) ?? { name: labels.get('vm_name') ?? '', watts: new Map<string, number>() };
  vm.watts.set(labels.get('zone') ?? '', sampleValueOf(line));
  page.vms.set(vmId, vm);
};

const readVmJoules = (page: KeplerPage, line: Buffer): void => {
  const labels = labelsOf(line);
  const [vmId = '', name = '', zone = '', state = ''] = ['vm_id', 'vm_name', 'zone', 'state'].map((label) =>
    labels.get(label),
  );
  page.vmJoules.push({ vmId, name, zone, state, joules: sampleValueOf(line) });
};

const readVmProcess = (page: KeplerPage, line: Buffer): void => {
  const labels = labelsOf(line);
  const pid = labels.get('pid');
  if (pid !== undefined && sampleValueOf(line) === 1) page.domains.set(pid, labels.get('domain') ?? '');
};

const readCpu = (page: KeplerPage, line: Buffer): void => {
  page.cpus += 1;
  page.sockets.add(labelsOf(line).get('physical_id') ?? '');
};

/** What is done with the lines of each metric that is wanted; those of processes are many, and are read apart. */
const lineReaders: Readonly<Record<string, (page: KeplerPage, line: Buffer) => void>> = {
  kepler_build_info: (page, line) => {
    page.version = labelsOf(line).get('version')?.replace(/^v/, '') ?? '';
  },
  kepler_node_cpu_info: readCpu,
  kepler_node_cpu_usage_ratio: (page, line) => {
    page.usageRatio = sampleValueOf(line);
  },
  kepler_node_cpu_watts: (page, line) => addTo(page.watts, line),
  kepler_node_cpu_active_watts: (page, line) => addTo(page.activeWatts, line),
  kepler_node_cpu_joules_total: (page, line) => addTo(page.rawJoules, line),
  // The counter of the node wraps; its two parts do not.
  kepler_node_cpu_active_joules_total: (page, line) => addTo(page.joules, line),
  kepler_node_cpu_idle_joules_total: (page, line) => addTo(page.joules, line),
  kepler_vm_cpu_watts: readVm,
  kepler_vm_cpu_joules_total: readVmJoules,
  kepler_platform_watts: (page, line) => {
    const labels = labelsOf(line);
    const id = labels.get('source_id') ?? '';
    const isSupply = labels.get('source_type') === 'PowerSupply';
    if (!isSupply && isPartOfMachine({ id }, labels.get('source_name') ?? '')) return;
    page.platform.push({
      // One name, two meanings: what supplies give, or what the machine and its parts draw.
      source: isSupply ? 'psu_output_dc' : 'redfish',
      bmcNames: [],
      id,
      watts: sampleValueOf(line),
    });
  },
  oneext_vm_process_info: readVmProcess,
};

const longestName = 64;
const legacyMetric =
  /^kepler_(?:node|vm|process|container)_(?:core|uncore|package|dram|other|platform)_joules_total$/;

export const readKeplerLine = (page: KeplerPage, line: Buffer): void => {
  const name = /^\w*/.exec(line.toString('latin1', 0, longestName))?.[0] ?? '';
  if (name.startsWith('promhttp_')) page.isWhole = true;
  else if (Object.hasOwn(lineReaders, name)) lineReaders[name]?.(page, line);
  else if (legacyMetric.test(name)) page.isLegacy = true;
};
