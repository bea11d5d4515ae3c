/**
 * Scaphandre 0.4 to 1.0, its Prometheus exporter (https://github.com/hubblo-org/scaphandre).
 *
 * Reads scaph_process_power_consumption_microwatts (µW, one series a process; Debian's build has one for each
 * thread of a process, the main one being the whole), scaph_host_power_microwatts, and as signs of health
 * scaph_host_energy_microjoules and scaph_socket_*.
 *
 * 1.0.3 of Debian sid is known by its host metrics, which lack scaph_host_cpu_frequency (it says of itself 1.02, as
 * 1.0.2 does). When its walk through /proc takes 200 ms, it gives a process the processor time of a whole interval as a
 * share of that walk's: up to the power of the whole host.
 */
import { beginsWith, createLabelReader, sampleValueOf } from '../../lib/prometheus/sample-line.ts';
import type { PageContent, PageDomain, PageReader, PowerAgent } from './agent.ts';
import { createMarkerFinder } from './marker-finder.ts';
import type { PowerSettings } from './power-options.ts';
import { pulseOf } from './pulse.ts';
import { createVmProcessReader, type VmProcessReader } from './vm-process.ts';

const processPower = Buffer.from('scaph_process_power_consumption_microwatts{');
/** A piece of `-nameguest=`: Node finds what has fewer than seven bytes ten times as fast as what has more. */
const vmMarker = 'guest=';

/** `-name` follows the path of the emulator: only the beginning of a command line is wanted. */
const readCommandLine = createLabelReader('cmdline', 8192);
/** 1.x gives the path of the binary, 0.x the first 15 characters of its name. */
const readExe = createLabelReader('exe', 4096);
const readSocketId = createLabelReader('socket_id', 64);

interface SeenDomain extends PageDomain {
  readonly power: number;
  readonly series: number;
}

interface Page {
  version: string;
  hostPower: number | undefined;
  hostEnergy: number | undefined;
  hasLoadAverage: boolean;
  cpuFrequency: number | undefined;
  readonly sockets: Set<string>;
  /** Of each series of a process. */
  readonly processPower: number[];
  /** By name and UUID. */
  readonly domains: Map<string, SeenDomain>;
}

const readVmLine = (page: Page, domainOf: VmProcessReader, line: Buffer): void => {
  const domain = domainOf({ exe: readExe(line) ?? '', commandLine: readCommandLine(line) ?? '' });
  if (domain === undefined) return;
  const key = `${domain.uuid} ${domain.name}`;
  const before = page.domains.get(key);
  const power = sampleValueOf(line);
  page.domains.set(key, {
    ...domain,
    power: power >= 0 ? Math.max(before?.power ?? 0, power) : Number.NaN,
    series: (before?.series ?? 0) + 1,
  });
};

const readOtherLine = (page: Page, line: Buffer): void => {
  const name = /^\w*/.exec(line.toString('latin1', 0, 64))?.[0];
  if (name === 'scaph_host_power_microwatts') page.hostPower = sampleValueOf(line);
  else if (name === 'scaph_host_energy_microjoules') page.hostEnergy = sampleValueOf(line);
  else if (name === 'scaph_host_cpu_frequency') page.cpuFrequency = sampleValueOf(line);
  else if (name === 'scaph_host_load_avg_one') page.hasLoadAverage = true;
  else if (name === 'scaph_self_version') page.version = String(sampleValueOf(line));
  else if (name === 'scaph_socket_energy_microjoules' || name === 'scaph_socket_power_microwatts') {
    page.sockets.add(readSocketId(line) ?? '');
  }
};

/**
 * The value of a line, quickly: of all processes it is wanted to the third digit only. Other forms than digits with a
 * point are read as everywhere.
 */
const valueNear = (bytes: Buffer, from: number, to: number): number => {
  let value = 0;
  let scale = 1;
  let at = to - 1;
  for (; at > from; at -= 1) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x30 && byte <= 0x39) {
      value += (byte - 0x30) * scale;
      scale *= 10;
    } else if (byte === 0x2e /* . */) {
      value /= scale;
      scale = 1;
    } else break;
  }
  const isPlain = at < to - 1 && bytes[at] === 0x20 && bytes[at - 1] === 0x7d; /* } */
  return isPlain ? value : sampleValueOf(bytes.subarray(from, to));
};

/** Whether a line is that of a process' power; those of hosts and sockets are read at once. */
const isProcessPower = (page: Page, bytes: Buffer, from: number, to: number): boolean => {
  if (bytes[from] !== 0x73 /* scaph_ */ || bytes[from + 5] !== 0x5f) return false;
  // All but a few lines are those of processes; of their eight metrics only the power is wanted.
  if (bytes[from + 6] !== 0x70 /* process_ */) {
    const kind = bytes[from + 6];
    if (kind === 0x68 /* host_ */ || kind === 0x73 /* socket_, self_ */)
      readOtherLine(page, bytes.subarray(from, to));
    return false;
  }
  return bytes[from + 15] === 0x6f /* process_power_ */ && beginsWith(bytes, from, to, processPower);
};

/** Why the agent could not measure, if it could not. */
const problemOf = ({
  version,
  hostEnergy,
  hostPower,
  sockets,
  processPower,
}: Page): PageContent['problem'] => {
  if (hostEnergy === 0) return { reason: 'rapl_unreadable', detail: 'the energy of the host is 0' };
  if (hostPower === 0) return { reason: 'rapl_unreadable', detail: 'the host draws 0 µW' };
  if (sockets.size === 0) return { reason: 'rapl_unreadable', detail: 'the page has no socket' };
  if (hostPower === undefined && version === '')
    return { reason: 'truncated', detail: 'the page ends before the power of the host' };
  return processPower.length > 0
    ? undefined
    : { reason: 'no_process_power', detail: 'the page has no power of processes' };
};

/** Each process has its part of the capacity; threads beside their processes would count twice, and are doubtful. */
const useOf = (processPower: readonly number[], hostPower: number | undefined): Pick<PageContent, 'use'> => {
  if (hostPower === undefined) return {};
  const busy = processPower.reduce((sum, power) => sum + power, 0);
  return { use: { busyRatio: busy / hostPower, microwatts: hostPower } };
};

const contentOf = (page: Page): PageContent => {
  const { version, hostPower, sockets, processPower } = page;
  const domains = [...page.domains.values()];
  const isDoubtful = page.hasLoadAverage && page.cpuFrequency === undefined;
  // Debian's builds list threads beside their processes; that of trixie says that the CPUs run at 0 MHz.
  const listsThreads = isDoubtful || page.cpuFrequency === 0 || domains.some(({ series }) => series > 1);
  return {
    version,
    problem: problemOf(page),
    method: 'agent_watts',
    domains,
    hostPower,
    socketCount: sockets.size,
    processes: { powers: processPower, timesCounted: listsThreads ? 2 : 1 },
    ...(listsThreads ? {} : useOf(processPower, hostPower)),
    isDoubtful,
    pulse: pulseOf([page.hostEnergy ?? Number.NaN], [hostPower ?? 0], processPower),
  };
};

const createPageReader = (settings: PowerSettings): PageReader => {
  const page: Page = {
    version: '',
    hostPower: undefined,
    hostEnergy: undefined,
    hasLoadAverage: false,
    cpuFrequency: undefined,
    sockets: new Set(),
    processPower: [],
    domains: new Map(),
  };
  const finder = createMarkerFinder(vmMarker);
  const domainOf = createVmProcessReader(settings['power.emulators']);
  return {
    startPiece: finder.forget,
    readLine(bytes, from, to) {
      if (!isProcessPower(page, bytes, from, to)) return;
      page.processPower.push(valueNear(bytes, from, to));
      if (finder.isIn(bytes, from, to)) readVmLine(page, domainOf, bytes.subarray(from, to));
    },
    finish: () => contentOf(page),
  };
};

export const scaphandre: PowerAgent = {
  name: 'scaphandre',
  metricPrefixes: ['scaph_'],
  defaultPort: 8080,
  createPageReader,
};
