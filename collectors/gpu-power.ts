/**
 * What the GPUs of VMs draw, as OpenNebula's monitoring has it since 7.4: GPU_POWER_USAGE in watts, all GPUs of a VM
 * together. nvidia-smi in the guest says it, through the QEMU guest agent, so that a guest may say what it likes.
 */
import { parseDecimal } from '../lib/one/document-reader.ts';
import { mayHaveProcess, type Vm } from '../lib/one/vm.ts';
import type { MonitoringRecord } from '../lib/one/vm-monitoring.ts';

/** With what only the extended form of its document tells. */
type VmWithGpus = Vm & { readonly gpuCount?: number | undefined };

/** No GPU draws more. */
const mostWatts = 2500;
/** An older record says nothing of now. */
const longestAgeSeconds = 900;

/** Why it is not known; docs/metrics.md lists them with their meaning. */
export const gpuUnknownReasons = {
  no_value:
    "OpenNebula's monitoring has no GPU_POWER_USAGE of the VM: that takes OpenNebula 7.4 or later, a GPU of NVIDIA, and the QEMU guest agent and nvidia-smi in the guest",
  zero_value: 'GPU_POWER_USAGE is 0: OpenNebula writes that where the guest does not know what its GPU draws',
  absurd_value: `GPU_POWER_USAGE is negative, is not a number, or is more than ${mostWatts} W for each GPU of the VM`,
  unchanged_value:
    'GPU_POWER_USAGE has been the same, to the last digit, for 15 minutes: OpenNebula keeps the last value of a VM that it gets no new one of',
  old_value: 'the last record of the VM in the monitoring is older than 15 minutes',
} as const;
export type GpuUnknownReason = keyof typeof gpuUnknownReasons;

export interface GpuReading {
  readonly watts: number;
  /** When OpenNebula's probe was there, in seconds since 1970. */
  readonly atSeconds: number;
}
export type GpuPower = GpuReading | GpuUnknownReason;

interface GpuValue {
  readonly text: string;
  readonly atSeconds: number;
  /** When it was another one last. */
  readonly sinceSeconds: number;
}
/** By VM id. */
export type GpuState = ReadonlyMap<number, GpuValue>;
export const noGpuState: GpuState = new Map();

/** Whether OpenNebula is to be asked: it is not where no VM has a GPU. */
export const hasGpu = ({ gpuCount = 0, ...vm }: VmWithGpus): boolean => gpuCount > 0 && mayHaveProcess(vm);

/** The state after an answer of OpenNebula. VMs without a value are forgotten. */
export const noteGpuRecords = (before: GpuState, records: readonly MonitoringRecord[]): GpuState => {
  const noted = new Map<number, GpuValue>();
  for (const { vmId, gpuPower: text, atSeconds } of records) {
    if (text === undefined) continue;
    const last = noted.get(vmId) ?? before.get(vmId);
    if (last !== undefined && last.atSeconds >= atSeconds) noted.set(vmId, last);
    else
      noted.set(vmId, { text, atSeconds, sinceSeconds: last?.text === text ? last.sinceSeconds : atSeconds });
  }
  return noted;
};

const judge = (value: GpuValue | undefined, gpuCount: number, nowSeconds: number): GpuPower => {
  if (value === undefined) return 'no_value';
  const { text, atSeconds, sinceSeconds } = value;
  if (nowSeconds - atSeconds > longestAgeSeconds) return 'old_value';
  const watts = parseDecimal(text);
  if (watts === 0) return 'zero_value';
  if (watts === undefined || !(watts > 0 && watts <= gpuCount * mostWatts)) return 'absurd_value';
  return atSeconds - sinceSeconds > longestAgeSeconds ? 'unchanged_value' : { watts, atSeconds };
};

/** Of the VMs that run and have a GPU. */
export const gpuPowerOf = (
  state: GpuState,
  vms: readonly VmWithGpus[],
  nowSeconds: number,
): ReadonlyMap<number, GpuPower> =>
  new Map(vms.filter(hasGpu).map((vm) => [vm.id, judge(state.get(vm.id), vm.gpuCount ?? 0, nowSeconds)]));

/** What is known of them, in watts. */
export const gpuWattsOf = (power: GpuPower | undefined): number | undefined =>
  typeof power === 'object' ? power.watts : undefined;
