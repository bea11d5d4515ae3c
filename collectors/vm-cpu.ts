/**
 * CPU of VMs as OpenNebula's monitoring has it, beside the power of hosts over the same time.
 *
 * One record covers the time between two probes, and the power of a host the time between two answers; both are
 * averaged over a minute at least, so that it does not matter much that they do not begin and end together.
 *
 * Records have the time of their host's clock, which may be any: how old a record is, is told by when it was seen to be
 * a new one. Only of the first that is seen of a VM the time itself has to be believed.
 */
import { type MonitoringRecord, newestByVm } from '../lib/one/vm-monitoring.ts';
import { type Microwatts, microwatts } from '../lib/units/units.ts';
import type { PowerReading } from './agents/agent.ts';
import type { Documents, VmCpu } from './collector.ts';
import { hostReadingOf, isHostMeter, readingsOf } from './host-readings.ts';

const windowSeconds = 60;
/** Older records, and older power, say nothing of now. */
const longestAgeSeconds = 900;

type CpuRecord = MonitoringRecord & { readonly cpus: number };
const tellsCpu = (record: MonitoringRecord): record is CpuRecord => record.cpus !== undefined;

interface PowerSample {
  readonly reading: PowerReading;
  readonly atSeconds: number;
  readonly power: number;
}

interface NotedRecord extends CpuRecord {
  /** On the exporter's clock. */
  readonly notedSeconds: number;
}

export interface VmCpuState {
  /** When OpenNebula has answered last, on the exporter's clock. */
  readonly answeredSeconds: number | undefined;
  /** The oldest first. */
  readonly records: ReadonlyMap<number, readonly NotedRecord[]>;
  readonly power: ReadonlyMap<number, readonly PowerSample[]>;
}

export const noVmCpu: VmCpu = { last: new Map(), mean: new Map(), hostPower: new Map() };
export const emptyVmCpuState: VmCpuState = {
  answeredSeconds: undefined,
  records: new Map(),
  power: new Map(),
};

/** Whether an agent is not to be believed without it, or measures no VMs. */
export const needsVmCpu = (agents: Documents['agents']): boolean =>
  [...agents.values()].some(
    (answers) =>
      isHostMeter(answers) ||
      readingsOf(answers).some(({ isDoubtful, domains = [] }) => isDoubtful && domains.length > 0),
  );

/** The records of a VM after one more; the same where it is no new one. */
const withRecord = (
  before: readonly NotedRecord[],
  record: CpuRecord,
  notedSeconds: number,
): readonly NotedRecord[] => {
  const last = before.at(-1)?.atSeconds;
  if (last === record.atSeconds) return before;
  // A clock that was set back: what was before cannot be ordered.
  const isLater = last !== undefined && last < record.atSeconds;
  const since = record.atSeconds - windowSeconds;
  const kept = isLater ? before.filter(({ atSeconds }) => atSeconds > since) : [];
  return [...kept, { ...record, notedSeconds }];
};

/**
 * The state after an answer of OpenNebula. VMs without a record are forgotten.
 *
 * @param atSeconds when it answered, on the exporter's clock
 */
export const noteRecords = (
  state: VmCpuState,
  records: readonly MonitoringRecord[],
  atSeconds: number,
): VmCpuState => {
  const { answeredSeconds = Number.NEGATIVE_INFINITY } = state;
  // What has changed in a long time may have changed at its beginning.
  const known: VmCpuState['records'] =
    atSeconds - answeredSeconds <= longestAgeSeconds ? state.records : new Map();
  const noted = new Map<number, readonly NotedRecord[]>();
  for (const [vmId, record] of newestByVm(records.filter(tellsCpu))) {
    const before = known.get(vmId);
    const notedSeconds = before === undefined ? Math.min(record.atSeconds, atSeconds) : atSeconds;
    noted.set(vmId, withRecord(before ?? [], record, notedSeconds));
  }
  return { ...state, answeredSeconds: atSeconds, records: noted };
};

/** The window, and what reaches out of it at its beginning. */
const withinWindow = (samples: readonly PowerSample[], atSeconds: number): readonly PowerSample[] => {
  const fresh = samples.filter((sample) => atSeconds - sample.atSeconds <= longestAgeSeconds);
  const first = fresh.findLastIndex((sample) => atSeconds - sample.atSeconds >= windowSeconds);
  return first < 0 ? fresh : fresh.slice(first);
};

/** The state after the agents have answered. Hosts whose VMs are measured are forgotten. */
export const noteAnswers = (
  state: VmCpuState,
  agents: Documents['agents'],
  atSeconds: number,
): VmCpuState => {
  const power = new Map<number, readonly PowerSample[]>();
  for (const [hostId, answers] of agents) {
    const before = state.power.get(hostId) ?? [];
    const reading = isHostMeter(answers) ? hostReadingOf(answers) : undefined;
    const isNew = reading?.hostPower !== undefined && reading !== before.at(-1)?.reading;
    const samples = isNew ? [...before, { reading, atSeconds, power: reading.hostPower }] : before;
    const kept = withinWindow(samples, atSeconds);
    if (kept.length > 0) power.set(hostId, kept);
  }
  return { ...state, power };
};

/** Each sample stands for the time since the one before. */
const meanPower = (samples: readonly PowerSample[]): Microwatts | undefined => {
  const [first, last] = [samples[0], samples.at(-1)];
  const seconds = (last?.atSeconds ?? 0) - (first?.atSeconds ?? 0);
  if (seconds < windowSeconds) return undefined;
  const energy = samples.reduce((sum, { power, atSeconds }, at) => {
    const before = samples[at - 1];
    return before === undefined ? sum : sum + power * (atSeconds - before.atSeconds);
  }, 0);
  return microwatts(energy / seconds);
};

export const vmCpuOf = ({ records, power }: VmCpuState, atSeconds: number): VmCpu => {
  const last = new Map<number, number>();
  const mean = new Map<number, number>();
  for (const [vmId, all] of records) {
    const newest = all.at(-1);
    if (newest === undefined || atSeconds - newest.notedSeconds > longestAgeSeconds) continue;
    last.set(vmId, newest.cpus);
    mean.set(vmId, all.reduce((sum, { cpus }) => sum + cpus, 0) / all.length);
  }
  const hostPower = new Map<number, Microwatts>();
  for (const [hostId, samples] of power) {
    const known = meanPower(samples);
    if (known !== undefined) hostPower.set(hostId, known);
  }
  return { last, mean, hostPower };
};
