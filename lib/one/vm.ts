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
  readonly state: number | undefined;
  readonly lcmState: number | undefined;
  /** Changes when the VM's state does; seconds since 1970. */
  readonly startTime: string | undefined;
  /** The host of the last history record; `undefined` before the first deployment. */
  readonly hostId: number | undefined;
  readonly memoryBytes: Bytes | undefined;
  readonly cpuRatio: number | undefined;
  readonly vcpus: number | undefined;
  readonly disks: readonly VmDisk[];
  /** NICs, PCI NICs and aliases: the short form writes all three as NIC, the extended one by their names. */
  readonly nicCount: number;
}

export const vmState = { active: 3 } as const;
export const lcmState = { migrate: 4 } as const;

/**
 * LCM states of an ACTIVE VM in which no hypervisor holds a process for it (include/VirtualMachine.h): what is
 * prepared before the boot, cleared away after the shutdown, or done while it is powered off.
 */
const lcmStatesWithoutProcess: ReadonlySet<number> = new Set([
  0, 1, 8, 9, 10, 11, 15, 23, 27, 28, 30, 31, 33, 34, 36, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50,
  51, 52, 53, 54, 56, 60, 61, 63, 64, 65, 67, 68, 70, 71,
]);

/** Whether a hypervisor may run a process for the VM. Unknown states may. */
export const mayHaveProcess = (vm: Pick<Vm, 'state' | 'lcmState'>): boolean => {
  if (vm.state === undefined) return true;
  if (vm.state !== vmState.active) return false;
  return vm.lcmState === undefined || !lcmStatesWithoutProcess.has(vm.lcmState);
};

const nic = { NIC_ID: text };

export const vmShape = shapeOf({
  ID: text,
  STATE: text,
  LCM_STATE: text,
  STIME: text,
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
  USER_TEMPLATE: { FLAVOURS: text },
});

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
    state: parseInteger(textAt(element, 'STATE')),
    lcmState: parseInteger(textAt(element, 'LCM_STATE')),
    startTime: textAt(element, 'STIME'),
    hostId: parseInteger(textAt(lastRecord, 'HID')),
    memoryBytes: memoryMebibytes === undefined ? undefined : bytesFromMebibytes(memoryMebibytes),
    cpuRatio: parseDecimal(textAt(template, 'CPU')),
    vcpus: vcpus === undefined || vcpus === '' ? 1 : parseInteger(vcpus),
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
