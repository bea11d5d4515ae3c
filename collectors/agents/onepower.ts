/**
 * opennebula-power-agent, the agent of this suite (power-agent/README.md).
 *
 * Reads onepower_vm_energy_joules_total, onepower_host_energy_joules_total and, as the agent's own measure of time,
 * onepower_host_cpu_seconds_total and onepower_host_cpus. All energy is counted: power is what a counter has moved by
 * since the page before. A VM that has ended keeps its counters on the page for a while, and has
 * onepower_vm_ended.
 */
import { createLabelReader, sampleValueOf, unescapeLabel } from '../../lib/prometheus/sample-line.ts';
import type { EnergyCounters, PageContent, PageReader, PowerAgent } from './agent.ts';
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
  readonly vms: Map<string, { readonly vmId: number; readonly joules: number }>;
  /** By the same keys. */
  readonly ended: Set<string>;
}

const keyOf = (line: Buffer): string => `${unescapeLabel(readDomain(line))} ${readUuid(line)}`;

const readVm = (page: Page, line: Buffer): void => {
  const key = keyOf(line);
  const vmId = /^one-(0|[1-9]\d{0,14}) /.exec(key)?.[1];
  if (vmId !== undefined) page.vms.set(key, { vmId: Number(vmId), joules: sampleValueOf(line) });
};

const readLine = (page: Page, line: Buffer): void => {
  const name = /^\w*/.exec(line.toString('latin1', 0, longestName))?.[0];
  if (name === 'onepower_vm_energy_joules_total') readVm(page, line);
  else if (name === 'onepower_vm_ended') page.ended.add(keyOf(line));
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

const contentOf = (page: Page, earlier: EnergyCounters | undefined): PageContent => {
  const { version, meter, hostJoules, zones, vms, ended } = page;
  const content = { version, socketCount: zones.size, vmPower: undefined, hostPower: undefined };
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
  const counters = { seconds, hostJoules, vms };
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
    vms: new Map(),
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
  metricPrefix: 'onepower_',
  defaultPort: 8080,
  createPageReader,
};
