/**
 * What a collector is: a pure function from documents to samples, with the families it serves.
 *
 * The documents are read by collectors/io; a collector names those it needs, and each is read once for all.
 */

import type { OptionTable, OptionValues } from '../lib/config/options.ts';
import type { Datastore } from '../lib/one/datastore.ts';
import type { Host } from '../lib/one/host.ts';
import type { User } from '../lib/one/user.ts';
import type { VirtualNetwork } from '../lib/one/virtual-network.ts';
import type { TokenUsers, Vm, VmExporter } from '../lib/one/vm.ts';
import type { RaftMember, RaftStatus } from '../lib/one/zone.ts';
import type { HostModel } from '../lib/power-model/power-model.ts';
import { formatLabels } from '../lib/prometheus/exposition.ts';
import type { FamilySamples, LabelText, MetricFamily, Sample } from '../lib/prometheus/metric-family.ts';
import type { Microwatts } from '../lib/units/units.ts';
import type { Accounts } from './accounts/accounts.ts';
import type { AgentCounters, PowerVerdict } from './agents/agent.ts';
import type { AnswerCounts } from './agents/answer-counts.ts';
import type { PlatformReading, SharedBmc } from './agents/platform-power.ts';
import type { GpuPower } from './gpu-power.ts';
import type { CarbonCounts } from './grid/carbon-counts.ts';
import type { HourlyIntensity } from './grid/hourly-intensities.ts';
import type { Rates } from './grid/rates.ts';
import type { SupplyFactor } from './supply-factor.ts';

/** A VM and what only the extended form of its document tells. */
export interface VmWithAttributes extends Vm {
  /** USER_TEMPLATE/FLAVOURS as a decimal integer, else -1; `undefined` where it could not be read. */
  readonly flavours: number | undefined;
  /** USER_TEMPLATE/LABELS, separated by commas; `undefined` where it could not be read. */
  readonly labels?: string | undefined;
  /** What its domain has as its UUID, in lower case; '' or `undefined` where that is not known. */
  readonly uuid?: string | undefined;
  /** GPUs of the host that it has for itself; `undefined` where it could not be read. */
  readonly gpuCount?: number | undefined;
  /** Where it says that it serves metrics; `undefined` also where it could not be read. */
  readonly exporter: VmExporter | undefined;
  /** `undefined` also where it could not be read. */
  readonly tokenUsers?: TokenUsers | undefined;
  /** The host it was on before its host, if that was seen: where a VM that migrates comes from. */
  readonly previousHostId: number | undefined;
  /** With --shard: it moves to a host of another part, which counts its time, and uses energy here to the end of that. */
  readonly isPassing?: true;
}

export interface ServerStates {
  readonly fqdn: string;
  /** ActiveState by systemd unit. */
  readonly activeStates: ReadonlyMap<string, string>;
}

export interface HaStates {
  readonly fqdn: string;
  /** What the oned of this front-end says; `undefined` where it did not answer, or there is no zone with servers. */
  readonly own: RaftStatus | undefined;
  /** The servers of each zone of the federation. */
  readonly zones: readonly (readonly RaftMember[])[];
}

/** What one agent of a host answered. */
export interface AgentAnswer {
  /** Name of the agent whose page it is; of an answer that is no page, who answered there last or should. */
  readonly agent: string;
  readonly verdict: PowerVerdict;
  /** Of the whole machine, or of the machines whose BMCs the agent asks. */
  readonly platform?: readonly PlatformReading[];
  /** Of a page that came whole. */
  readonly origin?: AnswerOrigin;
}

export interface AnswerOrigin {
  /** The URL that was asked. */
  readonly place: string;
  /** Milliseconds since 1970. */
  readonly readAt: number;
  /** How long it is left alone after that, where its answers cost so much that this is longer than for others. */
  readonly restMs?: number;
  readonly counters: AgentCounters | undefined;
}

/** CPU of VMs as OpenNebula's monitoring has it, and the power of hosts over the same time; see vm-cpu.ts. */
export interface VmCpu {
  /** CPUs that a VM kept busy in its last record, by VM id. */
  readonly last: ReadonlyMap<number, number>;
  /** The same over a minute. */
  readonly mean: ReadonlyMap<number, number>;
  /** Of hosts whose agents measure no VMs, over a minute at least: by host id. Missing before that has passed. */
  readonly hostPower: ReadonlyMap<number, Microwatts>;
}

export interface HostPlatform {
  readonly reading: PlatformReading | SharedBmc;
  /** What the machine draws, as a multiple of what its processors do; `undefined` where that is not known. */
  readonly factor: SupplyFactor | undefined;
}

/** The last push into OpenNebula's own monitoring. */
export interface MonitoringPush {
  /** How many VMs it had a value of. */
  readonly vms: number;
  /** In seconds since 1970. */
  readonly atSeconds: number;
}

export interface Documents {
  readonly hosts: readonly Host[];
  readonly vms: readonly VmWithAttributes[];
  /** Read for guests alone. They hold secrets. */
  readonly users: ReadonlyMap<number, User>;
  readonly datastores: readonly Datastore[];
  readonly networks: readonly VirtualNetwork[];
  readonly servers: ServerStates;
  readonly ha: HaStates;
  /** /var/lib/one/state.json, `undefined` where there is none. */
  readonly backupState: unknown;
  /** What the power agents of each host answered, by host id; hosts that were not asked are missing. */
  readonly agents: ReadonlyMap<number, readonly AgentAnswer[]>;
  /** CPU of VMs, where an agent needs it. */
  readonly vmCpu: VmCpu;
  /** What the GPUs of VMs draw, as OpenNebula has it, by VM id; VMs without one are missing. */
  readonly gpuPower: ReadonlyMap<number, GpuPower>;
  /** The power of whole machines, by host id; hosts of which nothing is known are missing. */
  readonly platform: ReadonlyMap<number, HostPlatform>;
  /** What hosts draw against how busy they are, by host id; hosts of which it is not known are missing. */
  readonly hostModels: ReadonlyMap<number, HostModel>;
  /** How often agents have answered since the exporter was installed. */
  readonly answerCounts: AnswerCounts;
  /** The zone of the electricity grid of hosts, by host id; hosts of which it is not known are missing. */
  readonly gridZones: ReadonlyMap<number, string>;
  /** What the public service that the operator names has said of the CO2 of hours. */
  readonly askedCo2: readonly HourlyIntensity[];
  /** What a kilowatt-hour stands for at each host, by host id. */
  readonly rates: ReadonlyMap<number, Rates>;
  readonly carbonCounts: CarbonCounts;
  /** Energy since the accounts began; `undefined` where none are kept. */
  readonly energy: Accounts | undefined;
  /** Up to when the accounts of another front-end are counted that this one has copied, in milliseconds since 1970. */
  readonly energyCopy: number | undefined;
  /** `undefined` where nothing is pushed. */
  readonly monitoringPush: MonitoringPush | undefined;
}
export type DocumentName = keyof Documents;

export interface Collector<Options extends OptionTable = OptionTable> {
  readonly name: string;
  readonly help: string;
  readonly reads: readonly DocumentName[];
  readonly families: readonly MetricFamily[];
  /** What its samples say it has counted or done itself: of several exporters each shows its own. */
  readonly countsItself?: boolean;
  /** Its own flags; `--collector.NAME` comes by itself. */
  readonly options: Options;
  /** @param settings the values of its own flags */
  collect(documents: Documents, settings: OptionValues<Options>): readonly FamilySamples[];
}

interface CollectorDefinition<Name extends DocumentName, Options extends OptionTable>
  extends Omit<Collector<Options>, 'reads' | 'collect'> {
  readonly reads: readonly Name[];
  collect(documents: Pick<Documents, Name>, settings: OptionValues<Options>): readonly FamilySamples[];
}

/** Lets the type checker see that a collector uses only the documents that it names, and the flags that it has. */
export const defineCollector = <Name extends DocumentName, Options extends OptionTable>(
  definition: CollectorDefinition<Name, Options>,
): Collector<Options> => definition;

export const gauge = (name: string, help: string, labels: readonly string[] = []): MetricFamily => ({
  name,
  type: 'gauge',
  help,
  labels,
});

/** Something that only grows; its name ends in `_total`, as both formats want it. */
export const counter = (
  name: `${string}_total`,
  help: string,
  labels: readonly string[] = [],
): MetricFamily => ({ name, type: 'counter', help, labels });

/** An object with the labels of its samples: made once, used in every family about it. */
export interface Labelled<T> {
  readonly object: T;
  readonly labels: LabelText;
}

/** Of objects with the same labels the last is taken: a series may stand on a page only once. */
export const labelled = <T>(
  objects: Iterable<T>,
  names: readonly string[],
  values: (object: T) => readonly string[],
): readonly Labelled<T>[] => {
  const byLabels = new Map<LabelText, Labelled<T>>();
  for (const object of objects) {
    const labels = formatLabels(names, values(object));
    byLabels.set(labels, { object, labels });
  }
  return [...byLabels.values()];
};

function* knownSamples<T>(
  objects: Iterable<Labelled<T>>,
  readValue: (object: T) => number | undefined,
): Generator<Sample> {
  for (const { object, labels } of objects) {
    const value = readValue(object);
    if (value !== undefined) yield { labels, value };
  }
}

/** The samples of one family: one for each object whose value is known. */
export const samplesOf = <T>(
  family: MetricFamily,
  objects: Iterable<Labelled<T>>,
  readValue: (object: T) => number | undefined,
): FamilySamples => ({ family, samples: knownSamples(objects, readValue) });

/** A family with one sample and no labels. */
export const singleSample = (family: MetricFamily, value: number): FamilySamples => ({
  family,
  samples: [{ labels: '', value }],
});
