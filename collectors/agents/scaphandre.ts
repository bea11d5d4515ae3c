/**
 * Scaphandre 0.4 to 1.0, its Prometheus exporter (https://github.com/hubblo-org/scaphandre).
 *
 * Reads scaph_process_power_consumption_microwatts (µW, one series a process; Debian's build has one for each
 * thread of a process, the main one being the whole), scaph_host_power_microwatts, and as signs of health
 * scaph_host_energy_microjoules and scaph_socket_*.
 */
import { createLineSplitter } from '../../lib/prometheus/line-splitter.ts';
import { createLabelReader, sampleValueOf } from '../../lib/prometheus/sample-line.ts';
import { type Microwatts, microwatts } from '../../lib/units/units.ts';
import type { PageReader, PowerAgent, PowerVerdict, UnsoundReason } from './agent.ts';

/** A QEMU process of OpenNebula: the emulator's path, then at once `-name guest=one-ID`; argv has no separators. */
const vmCommandLine =
  /^(?:\/\S*\/)?(?:qemu-kvm-one|qemu-system-\w+?|qemu-kvm|kvm)-nameguest=one-(\d{1,15})(?:,|-|$)/;
/** 1.x gives the path of the binary, 0.x the first 15 characters of its name. */
const qemuBinary = /^(?:.*\/)?(?:qemu-kvm-one|qemu-system-\w*|qemu-kvm|kvm)(?: \(deleted\))?$/;

/** More than any socket draws; `dt = 0` in the agent gives 2^64-1. */
const mostMicrowattsPerSocket = 10_000e6;
/** Shares are measured a moment apart from the whole. */
const sumTolerance = 1.1;
const longestLine = 1024 * 1024;

const processPower = Buffer.from('scaph_process_power_consumption_microwatts{');
const vmMarker = Buffer.from('nameguest=one-');

const readCommandLine = createLabelReader('cmdline', 512);
const readExe = createLabelReader('exe', 4096);
const readSocketId = createLabelReader('socket_id', 64);

const isAt = (bytes: Buffer, at: number, to: number, expected: Buffer): boolean => {
  if (to - at < expected.length) return false;
  for (let i = 0; i < expected.length; i += 1) if (bytes[at + i] !== expected[i]) return false;
  return true;
};

interface Page {
  anyMetric: boolean;
  anyByte: boolean;
  processPowerSeen: boolean;
  version: string;
  hostPower: number | undefined;
  hostEnergy: number | undefined;
  readonly sockets: Set<string>;
  readonly vmPower: Map<number, Microwatts>;
  absurd: string | undefined;
}

const readVmLine = (page: Page, line: Buffer): void => {
  const vmId = vmCommandLine.exec(readCommandLine(line) ?? '')?.[1];
  if (vmId === undefined) return;
  const exe = readExe(line) ?? '';
  if (exe !== '' && !qemuBinary.test(exe)) return;
  const power = sampleValueOf(line);
  if (!(power >= 0)) page.absurd = `one-${vmId} draws ${power} µW`;
  else page.vmPower.set(Number(vmId), microwatts(Math.max(page.vmPower.get(Number(vmId)) ?? 0, power)));
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

const readLine = (page: Page, finder: VmFinder, bytes: Buffer, from: number, to: number): void => {
  page.anyByte = true;
  if (bytes[from] !== 0x73 /* scaph_ */ || bytes[from + 5] !== 0x5f) return;
  // All but a few lines are those of processes; of their eight metrics only the power is wanted.
  if (bytes[from + 6] !== 0x70 /* process_ */) {
    page.anyMetric = true;
    const kind = bytes[from + 6];
    if (kind === 0x68 /* host_ */ || kind === 0x73 /* socket_, self_ */)
      readOtherLine(page, bytes.subarray(from, to));
    return;
  }
  if (bytes[from + 15] !== 0x6f /* process_power_ */ || !isAt(bytes, from, to, processPower)) return;
  page.anyMetric = true;
  page.processPowerSeen = true;
  if (finder.isIn(bytes, from, to)) readVmLine(page, bytes.subarray(from, to));
};

const unsound = (page: Page, reason: UnsoundReason, detail: string): PowerVerdict => ({
  sound: false,
  version: page.version,
  reason,
  detail,
});

/** Why a value of the page cannot be true, if one cannot. */
const absurdityOf = ({ absurd, hostPower, sockets, vmPower }: Page): string | undefined => {
  if (absurd !== undefined) return absurd;
  const limit = mostMicrowattsPerSocket * Math.max(1, sockets.size);
  if (hostPower !== undefined && !(hostPower >= 0 && hostPower <= limit))
    return `the host draws ${hostPower} µW`;
  let sum = 0;
  for (const [vmId, power] of vmPower) {
    if (power > limit) return `one-${vmId} draws ${power} µW`;
    sum += power;
  }
  return hostPower !== undefined && sum > hostPower * sumTolerance
    ? `the VMs draw ${sum} µW of the host's ${hostPower} µW`
    : undefined;
};

const judge = (page: Page): PowerVerdict => {
  if (!page.anyByte) return unsound(page, 'empty_body', 'the page is empty');
  if (!page.anyMetric) return unsound(page, 'not_an_agent_page', 'the page has no scaph_* metric');
  if (page.hostEnergy === 0) return unsound(page, 'rapl_unreadable', 'the energy of the host is 0');
  if (page.hostPower === 0) return unsound(page, 'rapl_unreadable', 'the host draws 0 µW');
  if (page.sockets.size === 0) return unsound(page, 'rapl_unreadable', 'the page has no socket');
  if (!page.processPowerSeen) return unsound(page, 'no_process_power', 'the page has no power of processes');
  const absurdity = absurdityOf(page);
  if (absurdity !== undefined) return unsound(page, 'absurd_value', absurdity);
  const hostPower = page.hostPower === undefined ? undefined : microwatts(page.hostPower);
  return { sound: true, version: page.version, reading: { vmPower: page.vmPower, hostPower } };
};

const createPageReader = (): PageReader => {
  const page: Page = {
    anyMetric: false,
    anyByte: false,
    processPowerSeen: false,
    version: '',
    hostPower: undefined,
    hostEnergy: undefined,
    sockets: new Set(),
    vmPower: new Map(),
    absurd: undefined,
  };
  const finder = createVmFinder();
  const lines = createLineSplitter(longestLine, (bytes, from, to) => {
    if (to > from) readLine(page, finder, bytes, from, to);
  });
  return {
    push(chunk) {
      finder.forget();
      lines.push(chunk);
    },
    finish() {
      finder.forget();
      lines.finish();
      return judge(page);
    },
  };
};

export const scaphandre: PowerAgent = { name: 'scaphandre', createPageReader };
