/** Hosts as one.hostpool.info describes them. */
import { type Bytes, bytesFromKibibytes } from '../units/units.ts';
import {
  childOf,
  childrenOf,
  type OneElement,
  parseInteger,
  shapeOf,
  text,
  textAt,
} from './document-reader.ts';

/** A value that the document lacks, or that is not what it should be, is `undefined`. */
export interface Host {
  readonly id: number;
  readonly name: string;
  /** What the host calls itself (TEMPLATE/HOSTNAME); empty before the first monitoring. */
  readonly hostname: string;
  readonly cluster: string;
  readonly state: number | undefined;
  readonly vmDriver: string;
  /** What the monitoring probes found (`kvm`, `lxc`, ...); empty before the first monitoring. */
  readonly hypervisor: string;
  readonly memoryTotalBytes: Bytes | undefined;
  readonly memoryMaximumBytes: Bytes | undefined;
  readonly memoryUsageBytes: Bytes | undefined;
  /** In hundredths of a core, as OpenNebula counts. */
  readonly cpuTotal: number | undefined;
  readonly cpuMaximum: number | undefined;
  readonly cpuUsage: number | undefined;
  readonly vmCount: number;
  /** The host template's POWER_AGENT_URL: where this host's power agent answers, instead of the default. */
  readonly powerAgentUrl: string | undefined;
  /** The host template's POWER_BMC: what a central Telegraf calls the host's BMC. */
  readonly powerBmcs: readonly string[];
  /** What tells from which electricity grid it draws. */
  readonly grid?: { readonly gridZone: string | undefined; readonly geolocation: string | undefined };
  /** What the exporter has written for the scheduler; '' where it has not. */
  readonly schedulerAttributes: SchedulerAttributes;
}

/** Attributes of a host's template that tell the scheduler of its power. */
export const schedulerAttributes = [
  'POWER_WATTS',
  'POWER_IDLE_WATTS',
  'CARBON_INTENSITY',
  'POWER_RANK',
] as const;
/** Each as it stands in the template; '' where it is not known. */
export type SchedulerAttributes = Readonly<Record<(typeof schedulerAttributes)[number], string>>;

export const noSchedulerAttributes: SchedulerAttributes = {
  POWER_WATTS: '',
  POWER_IDLE_WATTS: '',
  CARBON_INTENSITY: '',
  POWER_RANK: '',
};

export const hostState = { disabled: 4, monitoringDisabled: 7, offline: 8 } as const;

export const hostShape = shapeOf({
  ID: text,
  NAME: text,
  STATE: text,
  VM_MAD: text,
  CLUSTER: text,
  HOST_SHARE: {
    PCI_DEVICES: 'bulk',
    NUMA_NODES: 'bulk',
    TOTAL_MEM: text,
    MAX_MEM: text,
    MEM_USAGE: text,
    TOTAL_CPU: text,
    MAX_CPU: text,
    CPU_USAGE: text,
  },
  VMS: { ID: text },
  TEMPLATE: {
    HOSTNAME: text,
    HYPERVISOR: text,
    POWER_AGENT_URL: text,
    POWER_BMC: text,
    GRID_ZONE: text,
    GEOLOCATION: text,
    POWER_WATTS: text,
    POWER_IDLE_WATTS: text,
    CARBON_INTENSITY: text,
    POWER_RANK: text,
  },
});

/** `undefined` when the element has no ID. */
export const parseHost = (element: OneElement): Host | undefined => {
  const id = parseInteger(textAt(element, 'ID'));
  if (id === undefined || id < 0) return undefined;
  const share = childOf(element, 'HOST_SHARE');
  const memory = (name: string): Bytes | undefined => {
    const kibibytes = parseInteger(textAt(share, name));
    return kibibytes === undefined ? undefined : bytesFromKibibytes(kibibytes);
  };
  const ofTemplate = (name: string): string => textAt(element, 'TEMPLATE', name)?.trim() ?? '';
  const powerAgentUrl = textAt(element, 'TEMPLATE', 'POWER_AGENT_URL')?.trim();
  return {
    id,
    name: textAt(element, 'NAME') ?? '',
    hostname: textAt(element, 'TEMPLATE', 'HOSTNAME')?.trim() ?? '',
    cluster: textAt(element, 'CLUSTER') ?? '',
    state: parseInteger(textAt(element, 'STATE')),
    vmDriver: textAt(element, 'VM_MAD') ?? '',
    hypervisor: textAt(element, 'TEMPLATE', 'HYPERVISOR') ?? '',
    memoryTotalBytes: memory('TOTAL_MEM'),
    memoryMaximumBytes: memory('MAX_MEM'),
    memoryUsageBytes: memory('MEM_USAGE'),
    cpuTotal: parseInteger(textAt(share, 'TOTAL_CPU')),
    cpuMaximum: parseInteger(textAt(share, 'MAX_CPU')),
    cpuUsage: parseInteger(textAt(share, 'CPU_USAGE')),
    vmCount: childrenOf(childOf(element, 'VMS'), 'ID').length,
    powerAgentUrl: powerAgentUrl === '' ? undefined : powerAgentUrl,
    grid: {
      gridZone: textAt(element, 'TEMPLATE', 'GRID_ZONE'),
      geolocation: textAt(element, 'TEMPLATE', 'GEOLOCATION'),
    },
    schedulerAttributes: {
      POWER_WATTS: ofTemplate('POWER_WATTS'),
      POWER_IDLE_WATTS: ofTemplate('POWER_IDLE_WATTS'),
      CARBON_INTENSITY: ofTemplate('CARBON_INTENSITY'),
      POWER_RANK: ofTemplate('POWER_RANK'),
    },
    powerBmcs: (textAt(element, 'TEMPLATE', 'POWER_BMC') ?? '').split(/[\s,]+/).filter((name) => name !== ''),
  };
};

/** The call that gives all hosts. */
export const hostPool = {
  method: 'one.hostpool.info',
  parameters: [],
  objectName: 'HOST',
  shape: hostShape,
  parse: parseHost,
} as const;

const kvmNames: ReadonlySet<string> = new Set(['kvm', 'qemu']);

/** Whether the host runs KVM or QEMU: what its probes found or, before they did, its driver's name. */
export const isKvm = (host: Host): boolean =>
  kvmNames.has((host.hypervisor === '' ? host.vmDriver : host.hypervisor).toLowerCase());
