/**
 * opennebula-power-agent, the agent of this suite (power-agent/README.md).
 *
 * Reads onepower_vm_energy_joules_total, onepower_host_energy_joules_total and, as the agent's own measure of time,
 * onepower_host_cpu_seconds_total and onepower_host_cpus, of which onepower_measured_seconds_total is what it knows
 * the energy of. onepower_vm_marginal_energy_joules_total is what a VM has added, as far as the agent knows. All energy
 * is counted: power is what a counter has moved by since the page before. onepower_host_idle_watts,
 * onepower_host_watts_per_cpu and onepower_host_model_error_ratio are what it has learnt of its host. A VM that has ended
 * keeps its counters on the page for a while, and has onepower_vm_ended.
 */
import {
  beginsWith,
  createLabelReader,
  sampleValueOf,
  unescapeLabel,
} from '../../lib/prometheus/sample-line.ts';
import type { AgentCounters, Domain, DomainCounter, PageContent, PageReader, PowerAgent } from './agent.ts';
import { powerBetween } from './energy-counters.ts';

const readDomain = createLabelReader('domain', 256);
const readUuid = createLabelReader('uuid', 256);
const readMeter = createLabelReader('meter', 64);
const readVersion = createLabelReader('version', 64);
const readZone = createLabelReader('zone', 256);

const longestName = 64;
const comment = 0x23; /* # */
const ofVms = Buffer.from('onepower_vm_');
const vmEnergy = Buffer.from('onepower_vm_energy_joules_total{');
const vmMarginal = Buffer.from('onepower_vm_marginal_energy_joules_total{');
const vmEnded = Buffer.from('onepower_vm_ended{');

/** Metrics without a label that tells samples apart: their samples are summed. */
const hostMetrics = {
  onepower_host_energy_joules_total: 'hostJoules',
  onepower_host_cpu_seconds_total: 'cpuSeconds',
  onepower_host_cpus: 'cpus',
  onepower_measured_seconds_total: 'measuredSeconds',
  onepower_host_idle_watts: 'idleWatts',
  onepower_host_watts_per_cpu: 'wattsPerCpu',
  onepower_host_model_error_ratio: 'errorRatio',
} as const;
type HostValue = (typeof hostMetrics)[keyof typeof hostMetrics];
const hostValues = new Map<string, HostValue>(Object.entries(hostMetrics));

interface Page {
  version: string;
  meter: string;
  readonly host: Map<HostValue, number>;
  readonly zones: Set<string>;
  readonly domains: Map<string, DomainCounter>;
  /** Joules, by the same keys. */
  readonly marginal: Map<string, number>;
  /** By the same keys. */
  readonly ended: Set<string>;
}

const domainOf = (line: Buffer): Domain => ({
  name: unescapeLabel(readDomain(line)),
  uuid: unescapeLabel(readUuid(line)).toLowerCase(),
});
const keyOf = ({ name, uuid }: Domain): string => `${uuid} ${name}`;

const readVm = (page: Page, line: Buffer): void => {
  const domain = domainOf(line);
  page.domains.set(keyOf(domain), { ...domain, count: sampleValueOf(line) });
};

/** Most lines are those of VMs, and of their metrics three are wanted. */
const readVmLine = (page: Page, bytes: Buffer, from: number, to: number): void => {
  if (beginsWith(bytes, from, to, vmEnergy)) readVm(page, bytes.subarray(from, to));
  else if (beginsWith(bytes, from, to, vmMarginal)) {
    const line = bytes.subarray(from, to);
    page.marginal.set(keyOf(domainOf(line)), sampleValueOf(line));
  } else if (beginsWith(bytes, from, to, vmEnded)) page.ended.add(keyOf(domainOf(bytes.subarray(from, to))));
};

const readHostLine = (page: Page, line: Buffer): void => {
  const name = /^\w*/.exec(line.toString('latin1', 0, longestName))?.[0] ?? '';
  const value = hostValues.get(name);
  if (value !== undefined) page.host.set(value, (page.host.get(value) ?? 0) + sampleValueOf(line));
  else if (name === 'onepower_zone_energy_joules_total') {
    if (line.includes('counted="true"')) page.zones.add(readZone(line) ?? '');
  } else if (name === 'onepower_info') {
    page.version = readVersion(line) ?? '';
    page.meter = readMeter(line) ?? '';
  }
};

/** Where the agent knows no model, its page has none of the three; of idle watts and those of a CPU it may know one. */
const modelOf = (host: ReadonlyMap<HostValue, number>): Pick<PageContent, 'model'> => {
  const [idleWatts, wattsPerCpu, errorRatio] = (['idleWatts', 'wattsPerCpu', 'errorRatio'] as const).map(
    (value) => host.get(value),
  );
  return errorRatio === undefined || (idleWatts === undefined && wattsPerCpu === undefined)
    ? {}
    : { model: { idleWatts, wattsPerCpu, errorRatio } };
};

const contentOf = (page: Page, earlier: AgentCounters | undefined, atSeconds: number): PageContent => {
  const { version, meter, host, zones, domains, marginal, ended } = page;
  const hostJoules = host.get('hostJoules');
  const content = {
    version,
    method: 'agent_joules',
    socketCount: zones.size,
    domains: undefined,
    hostPower: undefined,
  } as const;
  if (meter === 'none' || meter === '')
    return {
      ...content,
      problem: { reason: 'rapl_unreadable', detail: 'the agent has no meter that works' },
    };
  const seconds = (host.get('cpuSeconds') ?? 0) / (host.get('cpus') ?? Number.NaN);
  if (hostJoules === undefined || !Number.isFinite(seconds))
    return {
      ...content,
      problem: { reason: 'no_process_power', detail: 'the agent has measured nothing yet' },
    };
  // Seconds of another number of CPUs, and joules of another meter, cannot be compared.
  const measuredSeconds = host.get('measuredSeconds');
  const model = modelOf(host);
  const counters = {
    seconds,
    readSeconds: atSeconds,
    ...(measuredSeconds === undefined ? {} : { measuredSeconds }),
    hostJoules,
    domains,
    // While the agent does not know what a CPU adds they stand still, which is not that nothing was added.
    marginal: model.model?.wattsPerCpu === undefined ? new Map<string, number>() : marginal,
    ended,
    meter: `${meter} ${host.get('cpus')}`,
  };
  const power = powerBetween(earlier?.meter === counters.meter ? earlier : undefined, counters, ended);
  return 'problem' in power
    ? { ...content, counters, problem: power.problem }
    : {
        ...content,
        ...power,
        ...model,
        ...(meter === 'rapl' ? {} : { isNotOfProcessors: true }),
        counters,
        problem: undefined,
      };
};

const createPageReader = (): PageReader => {
  const page: Page = {
    version: '',
    meter: '',
    host: new Map(),
    zones: new Set(),
    domains: new Map(),
    marginal: new Map(),
    ended: new Set(),
  };
  return {
    startPiece: () => undefined,
    readLine(bytes, from, to) {
      if (bytes[from] === comment) return;
      if (beginsWith(bytes, from, to, ofVms)) readVmLine(page, bytes, from, to);
      else readHostLine(page, bytes.subarray(from, to));
    },
    finish: (earlier, atSeconds) => contentOf(page, earlier, atSeconds),
  };
};

export const onepower: PowerAgent = {
  name: 'onepower',
  countsVmEnergy: true,
  mayBeAskedOften: true,
  metricPrefixes: ['onepower_'],
  defaultPort: 8080,
  sharesPort: true,
  createPageReader,
};
