/**
 * opennebula-power-agent, the agent of this suite (power-agent/README.md).
 *
 * Reads onepower_vm_energy_joules_total, onepower_host_energy_joules_total and, as the agent's own measure of time,
 * onepower_host_cpu_seconds_total and onepower_host_cpus. All energy is counted: power is what a counter has moved by
 * since the page before. A VM that has ended keeps its counters on the page for a while, and has
 * onepower_vm_ended.
 */
import { createLabelReader, sampleValueOf, unescapeLabel } from '../../lib/prometheus/sample-line.ts';
import type { AgentCounters, Domain, PageContent, PageReader, PowerAgent } from './agent.ts';
import { powerBetween } from './energy-counters.ts';

const readDomain = createLabelReader('domain', 256);
const readUuid = createLabelReader('uuid', 256);
const readMeter = createLabelReader('meter', 64);
const readVersion = createLabelReader('version', 64);
const readZone = createLabelReader('zone', 256);

const longestName = 64;

interface Page {
  version: string;
  meter: string;
  hostJoules: number | undefined;
  cpuSeconds: number;
  cpus: number;
  readonly zones: Set<string>;
  readonly domains: Map<string, Domain & { readonly count: number }>;
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

const readLine = (page: Page, line: Buffer): void => {
  const name = /^\w*/.exec(line.toString('latin1', 0, longestName))?.[0];
  if (name === 'onepower_vm_energy_joules_total') readVm(page, line);
  else if (name === 'onepower_vm_ended') page.ended.add(keyOf(domainOf(line)));
  else if (name === 'onepower_host_energy_joules_total') page.hostJoules = sampleValueOf(line);
  else if (name === 'onepower_host_cpu_seconds_total') page.cpuSeconds += sampleValueOf(line);
  else if (name === 'onepower_host_cpus') page.cpus = sampleValueOf(line);
  else if (name === 'onepower_zone_energy_joules_total') {
    if (line.includes('counted="true"')) page.zones.add(readZone(line) ?? '');
  } else if (name === 'onepower_info') {
    page.version = readVersion(line) ?? '';
    page.meter = readMeter(line) ?? '';
  }
};

const contentOf = (page: Page, earlier: AgentCounters | undefined): PageContent => {
  const { version, meter, hostJoules, zones, domains, ended } = page;
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
  const seconds = page.cpuSeconds / page.cpus;
  if (hostJoules === undefined || !Number.isFinite(seconds))
    return {
      ...content,
      problem: { reason: 'no_process_power', detail: 'the agent has measured nothing yet' },
    };
  const counters = { seconds, hostJoules, domains };
  const power = powerBetween(earlier, counters, ended);
  return 'problem' in power
    ? { ...content, counters, problem: power.problem }
    : { ...content, ...power, counters, problem: undefined };
};

const createPageReader = (): PageReader => {
  const page: Page = {
    version: '',
    meter: '',
    hostJoules: undefined,
    cpuSeconds: 0,
    cpus: Number.NaN,
    zones: new Set(),
    domains: new Map(),
    ended: new Set(),
  };
  return {
    startPiece: () => undefined,
    readLine: (bytes, from, to) => readLine(page, bytes.subarray(from, to)),
    finish: (earlier) => contentOf(page, earlier),
  };
};

export const onepower: PowerAgent = {
  name: 'onepower',
  title: 'opennebula-power-agent',
  metricPrefixes: ['onepower_'],
  defaultPort: 8080,
  sharesPort: true,
  createPageReader,
};
