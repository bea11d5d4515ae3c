/**
 * What the GPUs of VMs draw, as OpenNebula's monitoring has it since 7.4: GPU_POWER_USAGE in watts, all GPUs of a VM
 * together. nvidia-smi in the guest says it, through the QEMU guest agent, so that a guest may say what it likes.
 *
 * Records have the time of their host's clock, which may be any: how old a record is, is told by when it was seen to be
 * a new one. Only of the first that is seen of a VM the time itself has to be believed.
 */
import { parseDecimal } from '../lib/one/document-reader.ts';
import { mayHaveProcess, type Vm } from '../lib/one/vm.ts';
import { type MonitoringRecord, newestByVm } from '../lib/one/vm-monitoring.ts';

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
  /** When OpenNebula's probe was there, on the clock of its host. */
  readonly atSeconds: number;
}
export type GpuPower = GpuReading | GpuUnknownReason;

type GpuRecord = MonitoringRecord & { readonly gpuPower: string };
const tellsGpu = (record: MonitoringRecord): record is GpuRecord => record.gpuPower !== undefined;

interface GpuValue {
  readonly text: string;
  readonly atSeconds: number;
  /** When the record was seen to be a new one, on the exporter's clock. */
  readonly notedSeconds: number;
  /** When the record was seen last. */
  readonly seenSeconds: number;
  /** When it was another one last, on the clock of its host. */
  readonly sinceSeconds: number;
}
/** By VM id. */
export type GpuState = ReadonlyMap<number, GpuValue>;
export const noGpuState: GpuState = new Map();

/** Whether OpenNebula is to be asked: it is not where no VM has a GPU. */
export const hasGpu = ({ gpuCount = 0, ...vm }: VmWithGpus): boolean => gpuCount > 0 && mayHaveProcess(vm);

/** The value of a VM after a record; the same where it is no new one. */
const withRecord = (
  last: GpuValue | undefined,
  { gpuPower: text, atSeconds }: GpuRecord,
  seenSeconds: number,
): GpuValue => {
  if (last !== undefined && last.atSeconds >= atSeconds) return { ...last, seenSeconds };
  // What has changed in a long time may have changed at its beginning.
  const wasWatched = last !== undefined && seenSeconds - last.seenSeconds <= longestAgeSeconds;
  const notedSeconds = wasWatched ? seenSeconds : Math.min(atSeconds, seenSeconds);
  const sinceSeconds = last?.text === text ? last.sinceSeconds : atSeconds;
  return { text, atSeconds, notedSeconds, seenSeconds, sinceSeconds };
};

/**
 * The state after an answer of OpenNebula. VMs without a value are forgotten.
 *
 * @param seenSeconds when it answered, on the exporter's clock
 */
export const noteGpuRecords = (
  before: GpuState,
  records: readonly MonitoringRecord[],
  seenSeconds: number,
): GpuState => {
  const newest = newestByVm(records.filter(tellsGpu));
  return new Map([...newest].map(([id, record]) => [id, withRecord(before.get(id), record, seenSeconds)]));
};

const judge = (value: GpuValue | undefined, gpuCount: number, nowSeconds: number): GpuPower => {
  if (value === undefined) return 'no_value';
  const { text, atSeconds, notedSeconds, sinceSeconds } = value;
  if (nowSeconds - notedSeconds > longestAgeSeconds) return 'old_value';
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
