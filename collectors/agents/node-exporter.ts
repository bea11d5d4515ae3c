/**
 * node_exporter with its collector rapl (https://github.com/prometheus/node_exporter): the raw counters of the host.
 *
 * Reads node_rapl_{package,dram,psys}_joules_total, and node_rapl_joules_total where the zone stands in a label. They
 * wrap, and what has been counted then is unknown: the power of the host is known again one page later.
 */
import { labelsOf, sampleValueOf } from '../../lib/prometheus/sample-line.ts';
import type { AgentCounters, PageContent, PageReader, PowerAgent } from './agent.ts';
import { hostZonesOf, sumOfZones } from './rapl-zones.ts';

interface Page {
  version: string;
  isWhole: boolean;
  readonly joules: Map<string, number>;
  readonly packages: Set<string>;
  /** What the sum of the zones is made of. */
  readonly counted: string[];
}

const zoneMetric = /^node_rapl_(?:(psys|package|dram)\w*_)?joules_total$/;
/** Small counters wrap at 65 kJ: in more time one may have wrapped and be higher than before. */
const longestSeconds = 300;

const readRapl = (page: Page, name: string, line: Buffer): void => {
  const found = zoneMetric.exec(name);
  if (found === null) return;
  const labels = labelsOf(line);
  const path = labels.get('path') ?? '';
  // The same package once more.
  if (path.includes('intel-rapl-mmio')) return;
  const zone = found[1] ?? /^(?:psys|package|dram)/.exec(labels.get('rapl_zone') ?? '')?.[0];
  if (zone === undefined) return;
  page.joules.set(zone, (page.joules.get(zone) ?? 0) + sampleValueOf(line));
  page.counted.push(`${zone} ${labels.get('index') ?? ''} ${path}`);
  if (zone === 'package') page.packages.add(path);
};

const readLine = (page: Page, line: Buffer): void => {
  const name = /^\w*/.exec(line.toString('latin1', 0, 128))?.[0] ?? '';
  if (name.startsWith('node_rapl_')) readRapl(page, name, line);
  else if (name !== '') page.isWhole = true;
};

const contentOf = (page: Page, earlier: AgentCounters | undefined, atSeconds: number): PageContent => {
  const content = {
    version: page.version,
    method: undefined,
    domains: undefined,
    hostPower: undefined,
    socketCount: page.packages.size,
  } as const;
  const zones = hostZonesOf(page.joules.keys());
  if (!page.isWhole)
    return { ...content, problem: { reason: 'truncated', detail: 'the page ends before its end' } };
  if (zones === undefined)
    return { ...content, problem: { reason: 'no_power', detail: 'the page has neither psys nor package' } };
  const hostJoules = sumOfZones(zones, page.joules) ?? Number.NaN;
  const meter = page.counted.toSorted().join('\n');
  const counters = { seconds: atSeconds, hostJoules, meter, domains: new Map() };
  const first = { reason: 'first_reading', detail: 'power is known from the second reading on' } as const;
  if (earlier === undefined || earlier.meter !== meter || hostJoules < earlier.hostJoules)
    return { ...content, counters, problem: first };
  const seconds = atSeconds - earlier.seconds;
  if (seconds > longestSeconds) return { ...content, counters, problem: first };
  if (hostJoules === earlier.hostJoules)
    return {
      ...content,
      counters,
      problem: { reason: 'rapl_unreadable', detail: 'the energy of the host stands still' },
    };
  return {
    ...content,
    counters,
    problem: undefined,
    hostPower: ((hostJoules - earlier.hostJoules) / seconds) * 1e6,
  };
};

const createPageReader = (): PageReader => {
  const page: Page = { version: '', isWhole: false, joules: new Map(), packages: new Set(), counted: [] };
  return {
    startPiece: () => undefined,
    readLine: (bytes, from, to) => readLine(page, bytes.subarray(from, to)),
    finish: (earlier, atSeconds) => contentOf(page, earlier, atSeconds),
  };
};

export const nodeExporter: PowerAgent = {
  name: 'node_exporter',
  metricPrefixes: ['node_rapl_'],
  isScrapedAnyway: true,
  defaultPort: 9100,
  createPageReader,
};
