/**
 * VMs as one.vmpool.info, one.vmpool.infoextended, one.vmpool.infoset and one.vm.info describe them.
 *
 * The short form (one.vmpool.info) holds all but the user's attributes (USER_TEMPLATE).
 */
import { type Bytes, bytesFromMebibytes } from '../units/units.ts';
import {
  childOf,
  childrenOf,
  type OneElement,
  parseDecimal,
  parseInteger,
  shapeOf,
  text,
  textAt,
} from './document-reader.ts';

export interface VmDisk {
  readonly id: string;
  readonly sizeBytes: Bytes | undefined;
}

/** A value that the document lacks, or that is not what it should be, is `undefined`. */
export interface Vm {
  readonly id: number;
  readonly name: string;
  /** The name of the user who owns it. */
  readonly owner: string;
  /** The name of the group that it belongs to. */
  readonly group: string;
  readonly state: number | undefined;
  readonly lcmState: number | undefined;
  /** Changes when the VM's state does; seconds since 1970. */
  readonly startTime: string | undefined;
  /** What the hypervisor calls it: the name or the UUID of the domain; '' before the first deployment. */
  readonly deployId: string;
  /** The host of the last history record; `undefined` before the first deployment. */
  readonly hostId: number | undefined;
  readonly memoryBytes: Bytes | undefined;
  readonly cpuRatio: number | undefined;
  readonly vcpus: number | undefined;
  /** Whether the document has VCPU; the default of the driver counts otherwise. */
  readonly hasVcpus: boolean;
  readonly disks: readonly VmDisk[];
  /** NICs, PCI NICs and aliases: the short form writes all three as NIC, the extended one by their names. */
  readonly nicCount: number;
}

export const vmState = { active: 3 } as const;
export const lcmState = { running: 3, migrate: 4, saveMigrate: 7 } as const;

/**
 * LCM states of an ACTIVE VM in which no hypervisor holds a process for it (include/VirtualMachine.h): what is
 * prepared before the boot, cleared away after the shutdown, or done while it is powered off.
 */
export const lcmStatesWithoutProcess: ReadonlySet<number> = new Set([
  0, 1, 8, 9, 10, 11, 15, 23, 27, 28, 30, 31, 33, 34, 36, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50,
  51, 52, 53, 54, 56, 60, 61, 63, 64, 65, 67, 68, 70, 71,
]);

/**
 * LCM states of an ACTIVE VM whose guest runs: RUNNING, MIGRATE, UNKNOWN (it cannot be told), and what is done
 * to a VM while it runs: hotplugs, snapshots, resizes, backups.
 */
const lcmStatesOfRunningGuests: ReadonlySet<number> = new Set([3, 4, 16, 17, 24, 25, 26, 57, 59, 62, 66, 69]);

/** Whether a hypervisor may run a process for the VM. Unknown states may. */
export const mayHaveProcess = (vm: Pick<Vm, 'state' | 'lcmState'>): boolean => {
  if (vm.state === undefined) return true;
  if (vm.state !== vmState.active) return false;
  return vm.lcmState === undefined || !lcmStatesWithoutProcess.has(vm.lcmState);
};

/** Whether its process may still be on the host that it comes from: it migrates live, or is saved there first. */
export const isMigrating = (vm: Pick<Vm, 'state' | 'lcmState'>): boolean =>
  vm.state === vmState.active && (vm.lcmState === lcmState.migrate || vm.lcmState === lcmState.saveMigrate);

const nic = { NIC_ID: text };

/** Whether the guest runs: what it serves may be asked for. During a live migration and a hotplug it does. */
export const isRunning = (vm: Pick<Vm, 'state' | 'lcmState'>): boolean =>
  vm.state === vmState.active && vm.lcmState !== undefined && lcmStatesOfRunningGuests.has(vm.lcmState);

/** The short form's. */
const vmSpec = {
  ID: text,
  NAME: text,
  UNAME: text,
  GNAME: text,
  STATE: text,
  LCM_STATE: text,
  STIME: text,
  DEPLOY_ID: text,
  TEMPLATE: {
    CPU: text,
    MEMORY: text,
    VCPU: text,
    DISK: { DISK_ID: text, SIZE: text },
    NIC: nic,
    NIC_ALIAS: nic,
    PCI: nic,
  },
  HISTORY_RECORDS: { HISTORY: { HID: text } },
};
export const vmShape = shapeOf(vmSpec);

const addressedNic = { ...nic, IP: text, IP6: text, IP6_GLOBAL: text, IP6_ULA: text };
const interfaceNumbers = Array.from({ length: 16 }, (_, number) => number);

/** With the user's attributes and the addresses: the extended form's, and that of one.vm.info. */
export const extendedVmShape = shapeOf({
  ...vmSpec,
  TEMPLATE: {
    ...vmSpec.TEMPLATE,
    CREATED_BY: text,
    NIC: addressedNic,
    NIC_ALIAS: addressedNic,
    PCI: { ...addressedNic, CLASS: text, VENDOR: text },
    OS: { UUID: text },
    CONTEXT: Object.fromEntries(
      interfaceNumbers.flatMap((number) =>
        ['IP', 'IP6', 'IP6_ULA'].map((suffix) => [`ETH${number}_${suffix}`, text] as const),
      ),
    ),
  },
  UID: text,
  USER_TEMPLATE: { FLAVOURS: text, LABELS: text, PROMETHEUS_EXPORTER: text },
});

/** The vendor whose GPUs OpenNebula monitors. */
const nvidia = '10de';

const nicNames = ['NIC', 'NIC_ALIAS', 'PCI'];

/** `undefined` when the element has no ID: then nothing can be said of any VM. */
export const parseVm = (element: OneElement): Vm | undefined => {
  const id = parseInteger(textAt(element, 'ID'));
  if (id === undefined || id < 0) return undefined;
  const template = childOf(element, 'TEMPLATE');
  const memoryMebibytes = parseInteger(textAt(template, 'MEMORY'));
  const vcpus = textAt(template, 'VCPU');
  const lastRecord = childrenOf(childOf(element, 'HISTORY_RECORDS'), 'HISTORY').at(-1);
  return {
    id,
    name: textAt(element, 'NAME') ?? '',
    owner: textAt(element, 'UNAME') ?? '',
    group: textAt(element, 'GNAME') ?? '',
    state: parseInteger(textAt(element, 'STATE')),
    lcmState: parseInteger(textAt(element, 'LCM_STATE')),
    startTime: textAt(element, 'STIME'),
    deployId: textAt(element, 'DEPLOY_ID')?.trim() ?? '',
    hostId: parseInteger(textAt(lastRecord, 'HID')),
    memoryBytes: memoryMebibytes === undefined ? undefined : bytesFromMebibytes(memoryMebibytes),
    cpuRatio: parseDecimal(textAt(template, 'CPU')),
    vcpus: vcpus === undefined || vcpus === '' ? 1 : parseInteger(vcpus),
    hasVcpus: vcpus !== undefined && vcpus !== '',
    disks: childrenOf(template, 'DISK').flatMap((disk) => {
      const diskId = textAt(disk, 'DISK_ID');
      if (diskId === undefined) return [];
      const size = parseInteger(textAt(disk, 'SIZE'));
      return [{ id: diskId, sizeBytes: size === undefined ? undefined : bytesFromMebibytes(size) }];
    }),
    nicCount: nicNames
      .flatMap((name) => childrenOf(template, name))
      .filter((device) => childOf(device, 'NIC_ID') !== undefined).length,
  };
};

/** FLAVOURS of the user's attributes as a decimal integer; -1 when missing, empty or anything else. */
export const parseFlavours = (element: OneElement): number => {
  const value = textAt(element, 'USER_TEMPLATE', 'FLAVOURS');
  const flavours = value !== undefined && /^\d+$/.test(value.trim()) ? parseInteger(value) : undefined;
  return flavours ?? -1;
};

/** OS/UUID, in lower case: what the domain of the VM has as its UUID; '' where the document does not say. */
export const parseDomainUuid = (element: OneElement): string =>
  (textAt(element, 'TEMPLATE', 'OS', 'UUID') ?? '').trim().toLowerCase();

const isGpu = (device: OneElement): boolean => {
  const deviceClass = textAt(device, 'CLASS')?.trim().toLowerCase() ?? '';
  if (deviceClass !== '') return /^(?:0x)?03/.test(deviceClass);
  return textAt(device, 'VENDOR')?.trim().toLowerCase() === nvidia;
};

/** How many display controllers of its host the VM has for itself; virtual GPUs are such devices too. */
export const parseGpuCount = (element: OneElement): number =>
  childrenOf(childOf(element, 'TEMPLATE'), 'PCI').filter(isGpu).length;

/** LABELS of the user's attributes, each once, separated by commas. */
export const parseLabels = (element: OneElement): string => {
  const labels = (textAt(element, 'USER_TEMPLATE', 'LABELS') ?? '').split(',').map((label) => label.trim());
  return [...new Set(labels)].filter((label) => label !== '').join(',');
};

/** Whose TOKEN_PASSWORD a VM's token for OneGate is made with. */
export interface TokenUsers {
  readonly creatorId: number;
  /** Where the creator is gone. */
  readonly ownerId: number | undefined;
}

/** `undefined` where the VM has no token: its context does not ask for one. */
export const parseTokenUsers = (element: OneElement): TokenUsers | undefined => {
  const creatorId = parseInteger(textAt(element, 'TEMPLATE', 'CREATED_BY'));
  return creatorId === undefined ? undefined : { creatorId, ownerId: parseInteger(textAt(element, 'UID')) };
};

/** Addresses of one interface as they are written; the family that a name stands for. */
export interface InterfaceAddresses {
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
}

/** Where a VM says that it serves metrics. */
export interface VmExporter {
  /** PROMETHEUS_EXPORTER as the user wrote it. */
  readonly ports: string;
  /** From CONTEXT, in the order of the interfaces ETH0 to ETH15; those without an address are left out. */
  readonly contextAddresses: readonly InterfaceAddresses[];
  /** Of NICs, PCI NICs and aliases, in this order. */
  readonly nicAddresses: readonly InterfaceAddresses[];
}

const addressesOf = (
  element: OneElement | undefined,
  ipv4: readonly string[],
  ipv6: readonly string[],
): readonly InterfaceAddresses[] => {
  const read = (names: readonly string[]): readonly string[] =>
    names.flatMap((name) => textAt(element, name)?.trim() || []);
  const found = { ipv4: read(ipv4), ipv6: read(ipv6) };
  return found.ipv4.length + found.ipv6.length === 0 ? [] : [found];
};

/** `undefined` where the user's attributes name no exporter. */
export const parseVmExporter = (element: OneElement): VmExporter | undefined => {
  const ports = textAt(element, 'USER_TEMPLATE', 'PROMETHEUS_EXPORTER')?.trim();
  if (ports === undefined || ports === '') return undefined;
  const template = childOf(element, 'TEMPLATE');
  const context = childOf(template, 'CONTEXT');
  return {
    ports,
    contextAddresses: interfaceNumbers.flatMap((number) =>
      addressesOf(context, [`ETH${number}_IP`], [`ETH${number}_IP6`, `ETH${number}_IP6_ULA`]),
    ),
    nicAddresses: ['NIC', 'PCI', 'NIC_ALIAS'].flatMap((name) =>
      childrenOf(template, name).flatMap((nic) => addressesOf(nic, ['IP'], ['IP6', 'IP6_GLOBAL', 'IP6_ULA'])),
    ),
  };
};
