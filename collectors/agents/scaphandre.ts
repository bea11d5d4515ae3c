/**
 * Scaphandre 0.4 to 1.0, its Prometheus exporter (https://github.com/hubblo-org/scaphandre).
 *
 * Reads scaph_process_power_consumption_microwatts (µW, one series a process; Debian's build has one for each
 * thread of a process, the main one being the whole), scaph_host_power_microwatts, and as signs of health
 * scaph_host_energy_microjoules and scaph_socket_*.
 */
import { createLabelReader, sampleValueOf } from '../../lib/prometheus/sample-line.ts';
import type { PageContent, PageReader, PowerAgent } from './agent.ts';
import type { PowerSettings } from './power-options.ts';
import { createVmProcessReader, type VmProcessReader } from './vm-process.ts';

const processPower = Buffer.from('scaph_process_power_consumption_microwatts{');
const vmMarker = Buffer.from('nameguest=one-');

/** `-name` follows the path of the emulator: only the beginning of a command line is wanted. */
const readCommandLine = createLabelReader('cmdline', 8192);
/** 1.x gives the path of the binary, 0.x the first 15 characters of its name. */
const readExe = createLabelReader('exe', 4096);
const readSocketId = createLabelReader('socket_id', 64);

const isAt = (bytes: Buffer, at: number, to: number, expected: Buffer): boolean => {
  if (to - at < expected.length) return false;
  for (let i = 0; i < expected.length; i += 1) if (bytes[at + i] !== expected[i]) return false;
  return true;
};

interface Page {
  processPowerSeen: boolean;
  version: string;
  hostPower: number | undefined;
  hostEnergy: number | undefined;
  readonly sockets: Set<string>;
  /** By VM id, also what is no number. */
  readonly vmPower: Map<number, number>;
}

const readVmLine = (page: Page, vmIdOf: VmProcessReader, line: Buffer): void => {
  const vmId = vmIdOf({ exe: readExe(line) ?? '', commandLine: readCommandLine(line) ?? '' });
  if (vmId === undefined) return;
  const power = sampleValueOf(line);
  const before = page.vmPower.get(vmId) ?? 0;
  page.vmPower.set(vmId, power >= 0 ? Math.max(before, power) : Number.NaN);
};

const readOtherLine = (page: Page, line: Buffer): void => {
  const name = /^\w*/.exec(line.toString('latin1', 0, 64))?.[0];
  if (name === 'scaph_host_power_microwatts') page.hostPower = sampleValueOf(line);
  else if (name === 'scaph_host_energy_microjoules') page.hostEnergy = sampleValueOf(line);
  else if (name === 'scaph_self_version') page.version = String(sampleValueOf(line));
  else if (name === 'scaph_socket_energy_microjoules' || name === 'scaph_socket_power_microwatts') {
    page.sockets.add(readSocketId(line) ?? '');
  }
};

/** Finds the next VM in a buffer whose lines come in order, and looks at each byte once. */
interface VmFinder {
  isIn(bytes: Buffer, from: number, to: number): boolean;
  /** Other bytes stand in the buffers. */
  forget(): void;
}

const createVmFinder = (): VmFinder => {
  let searched: Buffer | undefined;
  let vmAt = 0;
  return {
    isIn(bytes, from, to) {
      if (bytes !== searched || vmAt < from) {
        const found = bytes.indexOf(vmMarker, from);
        vmAt = found < 0 ? bytes.length : found;
        searched = bytes;
      }
      return vmAt + vmMarker.length <= to;
    },
    forget() {
      searched = undefined;
    },
  };
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
  return bytes[from + 15] === 0x6f /* process_power_ */ && isAt(bytes, from, to, processPower);
};

/** Why the agent could not measure, if it could not. */
const problemOf = ({ hostEnergy, hostPower, sockets, processPowerSeen }: Page): PageContent['problem'] => {
  if (hostEnergy === 0) return { reason: 'rapl_unreadable', detail: 'the energy of the host is 0' };
  if (hostPower === 0) return { reason: 'rapl_unreadable', detail: 'the host draws 0 µW' };
  if (sockets.size === 0) return { reason: 'rapl_unreadable', detail: 'the page has no socket' };
  return processPowerSeen
    ? undefined
    : { reason: 'no_process_power', detail: 'the page has no power of processes' };
};

const createPageReader = (settings: PowerSettings): PageReader => {
  const page: Page = {
    processPowerSeen: false,
    version: '',
    hostPower: undefined,
    hostEnergy: undefined,
    sockets: new Set(),
    vmPower: new Map(),
  };
  const finder = createVmFinder();
  const vmIdOf = createVmProcessReader(settings['power.emulators']);
  return {
    startPiece: finder.forget,
    readLine(bytes, from, to) {
      if (!isProcessPower(page, bytes, from, to)) return;
      page.processPowerSeen = true;
      if (finder.isIn(bytes, from, to)) readVmLine(page, vmIdOf, bytes.subarray(from, to));
    },
    finish: () => ({
      version: page.version,
      problem: problemOf(page),
      vmPower: page.vmPower,
      hostPower: page.hostPower,
      socketCount: page.sockets.size,
    }),
  };
};

export const scaphandre: PowerAgent = {
  name: 'scaphandre',
  title: 'Scaphandre',
  metricPrefix: 'scaph_',
  defaultPort: 8080,
  createPageReader,
};
