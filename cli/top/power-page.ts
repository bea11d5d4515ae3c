/**
 * What `oneext top` needs of the page of opennebula-exporter (docs/metrics.md).
 *
 * A sample that is not there, or whose value makes no sense, is unknown and never 0.
 */
import { createFamilyReader } from '../../lib/prometheus/family-reader.ts';
import {
  createLabelReader,
  type LabelReader,
  parseIdLabel,
  sampleValueOf,
  unescapeLabel,
} from '../../lib/prometheus/sample-line.ts';

export interface PageVm {
  name?: string;
  owner?: string;
  hostId?: number;
  state?: number;
  lcmState?: number;
  vcpus?: number;
  powerMicrowatts?: number;
  gpuWatts?: number;
  energyJoules?: number;
  /** Why the exporter has no power of it. */
  unmeasured?: string;
}
export interface PageHost {
  state?: number;
  powerWatts?: number;
  idleWatts?: number;
  modelErrorRatio?: number;
  energyJoules?: number;
  unassignedJoules?: number;
  pricePerKwh?: number;
  currency?: string;
  agentUp?: boolean;
  agent?: string;
  agentVersion?: string;
  /** `ok`, or why the agent's answer is not used. */
  agentReason?: string;
}

export interface PowerPage {
  readonly vms: ReadonlyMap<number, Readonly<PageVm>>;
  readonly hosts: ReadonlyMap<number, Readonly<PageHost>>;
  /** Whether the page has metrics of OpenNebula at all. */
  readonly isOfOpenNebula: boolean;
  /** Whether it says what VMs there are; without the collector `vm` it does not. */
  readonly listsVms: boolean;
  /** Whether it has the families of power; the stock exporter has none. */
  readonly hasPower: boolean;
  /** Age of the values of power when the page was made; `undefined` where there is none. */
  readonly powerAgeSeconds: number | undefined;
  /** Whether the exporter could read them for this page. */
  readonly isPowerFresh: boolean | undefined;
}

/** Bytes of a label's value: OpenNebula allows 128 characters for a name, and escapes may double them. */
const mostLabelBytes = 2048;

const readVmId = createLabelReader('one_vm_id', 20);
const readHostId = createLabelReader('one_host_id', 20);
const readVmName = createLabelReader('one_vm_name', mostLabelBytes);
const readVmOwner = createLabelReader('one_vm_owner', mostLabelBytes);
const readReason = createLabelReader('reason', mostLabelBytes);
const readAgent = createLabelReader('agent', mostLabelBytes);
const readVersion = createLabelReader('version', mostLabelBytes);
const readCurrency = createLabelReader('currency', mostLabelBytes);
const readCollector = createLabelReader('collector', mostLabelBytes);

const isAmount = (value: number): boolean => Number.isFinite(value) && value >= 0;

type AboutVm = (vm: PageVm, line: Buffer) => void;
type AboutHost = (host: PageHost, line: Buffer) => void;

/** Takes a sample's value, if it is an amount. */
const amount =
  <Name extends string>(name: Name) =>
  (entry: { [key in Name]?: number }, line: Buffer): void => {
    const value = sampleValueOf(line);
    if (isAmount(value)) entry[name] = value;
  };

const aboutVms: ReadonlyMap<string, AboutVm> = new Map(
  Object.entries<AboutVm>({
    opennebula_vm_info: (vm, line) => {
      vm.name = unescapeLabel(readVmName(line));
      vm.owner = unescapeLabel(readVmOwner(line));
      const hostId = parseIdLabel(readHostId(line));
      if (hostId !== undefined) vm.hostId = hostId;
    },
    opennebula_vm_host_id: amount('hostId'),
    opennebula_vm_state: amount('state'),
    opennebula_vm_lcm_state: amount('lcmState'),
    opennebula_vm_cpu_vcpus: amount('vcpus'),
    opennebula_vm_power_consumption_uW: amount('powerMicrowatts'),
    opennebula_vm_gpu_power_watts: amount('gpuWatts'),
    opennebula_vm_power_unmeasured_info: (vm, line) => {
      vm.unmeasured = unescapeLabel(readReason(line));
      const hostId = parseIdLabel(readHostId(line));
      if (hostId !== undefined) vm.hostId = hostId;
    },
  }),
);

const aboutHosts: ReadonlyMap<string, AboutHost> = new Map(
  Object.entries<AboutHost>({
    opennebula_host_state: amount('state'),
    opennebula_host_power_watts: amount('powerWatts'),
    opennebula_host_idle_watts: amount('idleWatts'),
    opennebula_host_model_error_ratio: amount('modelErrorRatio'),
    opennebula_host_energy_price_per_kwh: (host, line) => {
      amount('pricePerKwh')(host, line);
      host.currency = unescapeLabel(readCurrency(line));
    },
    opennebula_power_agent_up: (host, line) => {
      host.agentUp = sampleValueOf(line) === 1;
    },
    opennebula_power_agent_info: (host, line) => {
      if (host.agentReason === 'ok') return; // of several agents, one that is up
      host.agent = unescapeLabel(readAgent(line));
      host.agentVersion = unescapeLabel(readVersion(line));
      host.agentReason = unescapeLabel(readReason(line));
    },
  }),
);

/** Counters stay for days after their VM or host has gone: they say nothing of what there is. */
const countersOfVms: ReadonlyMap<string, AboutVm> = new Map<string, AboutVm>([
  ['opennebula_vm_energy_joules_total', amount('energyJoules')],
]);
const countersOfHosts: ReadonlyMap<string, AboutHost> = new Map<string, AboutHost>([
  ['opennebula_host_energy_joules_total', amount('energyJoules')],
  ['opennebula_host_unassigned_energy_joules_total', amount('unassignedJoules')],
]);
const addCounters = <T extends object>(entries: Map<number, T>, counters: ReadonlyMap<number, T>): void => {
  for (const [id, entry] of entries) Object.assign(entry, counters.get(id));
};

const entryOf = <T extends object>(entries: Map<number, T>, id: number | undefined): T | undefined => {
  if (id === undefined) return undefined;
  const found = entries.get(id) ?? ({} as T);
  entries.set(id, found);
  return found;
};

/** Readers of lines that are each about one entry. */
const each = <T extends object>(
  about: ReadonlyMap<string, (entry: T, line: Buffer) => void>,
  entries: Map<number, T>,
  readId: LabelReader,
): readonly (readonly [string, (line: Buffer) => void])[] =>
  [...about].map(([family, read]) => [
    family,
    (line) => {
      const entry = entryOf(entries, parseIdLabel(readId(line)));
      if (entry !== undefined) read(entry, line);
    },
  ]);

export interface PageReader {
  push(chunk: Buffer): void;
  finish(): PowerPage;
}

/** Reads the page while it arrives; 10,000 VMs have 150,000 lines, of which half are wanted. */
export const createPageReader = (): PageReader => {
  const vms = new Map<number, PageVm>();
  const hosts = new Map<number, PageHost>();
  const vmCounters = new Map<number, PageVm>();
  const hostCounters = new Map<number, PageHost>();
  let powerAgeSeconds: number | undefined;
  let isPowerFresh: boolean | undefined;

  const ofPower = (read: (value: number) => void) => (line: Buffer) => {
    if (readCollector(line) === 'power') read(sampleValueOf(line));
  };
  const reader = createFamilyReader(
    'opennebula_',
    new Map([
      ...each(aboutVms, vms, readVmId),
      ...each(aboutHosts, hosts, readHostId),
      ...each(countersOfVms, vmCounters, readVmId),
      ...each(countersOfHosts, hostCounters, readHostId),
      [
        'opennebula_scrape_collector_success',
        ofPower((value) => {
          isPowerFresh = value === 1;
        }),
      ],
      [
        'opennebula_scrape_collector_age_seconds',
        ofPower((value) => {
          if (isAmount(value)) powerAgeSeconds = value;
        }),
      ],
    ]),
  );
  return {
    push: reader.push,
    finish: () => {
      const families = reader.finish();
      addCounters(vms, vmCounters);
      addCounters(hosts, hostCounters);
      return {
        vms,
        hosts,
        isOfOpenNebula: families.size > 0,
        listsVms: families.has('opennebula_vm_info') || families.has('opennebula_vm_state'),
        hasPower: families.has('opennebula_vm_power_consumption_uW'),
        powerAgeSeconds,
        isPowerFresh,
      };
    },
  };
};
