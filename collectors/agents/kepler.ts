/**
 * Kepler 0.10 and later (https://github.com/sustainable-computing-io/kepler).
 *
 * Kepler shares all of the power that goes into work among the processes that it sees: what others use is charged to
 * them. So where its page has processes, the power of a VM is made from what Kepler has measured, and not from what
 * it has made of that: the power of the host x the processor time of the VM's process / that of all processors. Only
 * where the page has VMs alone, Kepler's watts are taken.
 *
 * Reads kepler_node_cpu_{watts,active_watts,joules_total,active_joules_total,idle_joules_total,info,usage_ratio},
 * kepler_process_cpu_seconds_total, kepler_vm_cpu_{watts,joules_total}, kepler_platform_watts, and oneext_vm_process_info
 * (host-installer/kepler-page). Watts of what has ended stay on the page, and are not taken.
 */
import { createLabelReader, labelsOf, sampleValueOf } from '../../lib/prometheus/sample-line.ts';
import type { AgentCounters, PageContent, PageDomain, PageReader, PowerAgent } from './agent.ts';
import { isSameCount, powerByCpuSeconds } from './cpu-share.ts';
import { countersOf } from './kepler-counters.ts';
import { emptyKeplerPage, type KeplerPage, readKeplerLine } from './kepler-page.ts';
import {
  isNoVm,
  isOfProcess,
  isProcessLine,
  mayBeEmulator,
  processStartLength,
} from './kepler-process-line.ts';
import { createMarkerFinder } from './marker-finder.ts';
import { platformReadingsOf } from './platform-power.ts';
import type { PowerSettings } from './power-options.ts';
import { pulseOf } from './pulse.ts';
import { hostZonesOf, sumOfZones } from './rapl-zones.ts';
import { createEmulatorTest } from './vm-process.ts';

type Problem = NonNullable<PageContent['problem']>;

const readExe = createLabelReader('exe', 4096);
/**
 * Of `state="terminated"`: Node finds what has fewer than seven bytes ten times as fast as what has more, and it looks
 * for the first of them, which is rare.
 */
const terminatedMarker = 'minate';

/** Why the agent could not measure, if it could not. */
const problemOf = (page: KeplerPage, zones: readonly string[] | undefined): Problem | undefined => {
  if (page.isLegacy && page.watts.size === 0)
    return { reason: 'no_power', detail: 'the page is that of a Kepler older than 0.10, which is not read' };
  if (!page.isWhole) return { reason: 'truncated', detail: 'the page ends before its end' };
  if (page.watts.size === 0) return { reason: 'no_power', detail: 'the page has no kepler_node_cpu_watts' };
  if (zones === undefined) return { reason: 'no_power', detail: 'the page has neither psys nor package' };
  if (page.watts.get(zones[0] ?? '') !== 0) return undefined;
  return page.usageRatio === 0
    ? { reason: 'no_process_power', detail: 'the agent has just started: all watts are 0' }
    : { reason: 'rapl_unreadable', detail: `the energy counter of ${zones[0]} stands still` };
};

/** What Kepler itself makes of the VMs, in microwatts. */
const vmsOf = (page: KeplerPage, zones: readonly string[]): readonly PageDomain[] =>
  [...page.vms].map(([vmId, { name, watts }]) => ({
    name,
    uuid: vmId.toLowerCase(),
    power: (sumOfZones(zones, watts) ?? Number.NaN) * 1e6,
  }));

/** Kepler shares out what goes into work, and no more. */
const brokenSharesOf = (
  page: KeplerPage,
  zones: readonly string[],
  vms: readonly PageDomain[],
  hostPower: number,
): Problem | undefined => {
  const active = (sumOfZones(zones, page.activeWatts) ?? Number.POSITIVE_INFINITY) * 1e6;
  // What no VM can draw costs that VM alone.
  const isPossible = (power: PageDomain['power']): power is number =>
    typeof power === 'number' && power >= 0 && power <= hostPower * 1.1;
  const sum = vms
    .map(({ power }) => power)
    .filter(isPossible)
    .reduce((all, power) => all + power, 0);
  return sum > active * 1.01 + 1000
    ? { reason: 'absurd_value', detail: `the VMs draw ${sum} µW together, and all work ${active} µW` }
    : undefined;
};

const contentOf = (page: KeplerPage, earlier: AgentCounters | undefined, atSeconds: number): PageContent => {
  const zones = hostZonesOf(page.watts.keys());
  const problem = problemOf(page, zones);
  const method = page.hasProcesses ? 'cpu_seconds' : page.vms.size > 0 ? 'agent_watts' : undefined;
  const content = {
    version: page.version,
    method,
    socketCount: page.sockets.size,
    domains: undefined,
    hostPower: undefined,
    platform: page.isWhole ? platformReadingsOf(page.platform) : [],
    pulse: pulseOf(
      page.joules.values(),
      page.watts.values(),
      ...[...page.vms.values()].map(({ watts }) => watts.values()),
    ),
  } as const;
  if (zones === undefined || !page.isWhole) return { ...content, problem };
  const counters = countersOf(page, zones, atSeconds);
  // What has been counted without a watt is good for the next page.
  if (problem !== undefined) return { ...content, problem, counters };
  const hostWatts = sumOfZones(zones, page.watts) ?? Number.NaN;
  const use = { busyRatio: page.usageRatio, microwatts: hostWatts * 1e6 };
  if (!page.hasProcesses) {
    const domains = method && vmsOf(page, zones);
    const hostPower = hostWatts * 1e6;
    const broken = brokenSharesOf(page, zones, domains ?? [], hostPower);
    return { ...content, problem: broken, use, hostPower, domains, counters };
  }
  if (earlier !== undefined && isSameCount(earlier, counters))
    return {
      ...content,
      problem: {
        reason: 'no_process_power',
        detail: 'the agent has measured nothing since the last reading',
      },
      counters: earlier,
    };
  return {
    ...content,
    problem,
    use,
    counters,
    ...powerByCpuSeconds(earlier, counters, { cpus: page.cpus, hostWatts }),
  };
};

const createPageReader = (settings: PowerSettings): PageReader => {
  const page = emptyKeplerPage();
  const emulators = settings['power.emulators'];
  const isEmulator = createEmulatorTest(emulators);
  const terminated = createMarkerFinder(terminatedMarker);
  const readProcess = (bytes: Buffer, from: number, to: number): void => {
    page.hasProcesses = true;
    const isCandidate = mayBeEmulator(bytes, from, to, emulators);
    if (!isCandidate && isNoVm(bytes, from, to)) return;
    const line = bytes.subarray(from, to);
    const isQemu = isCandidate && isEmulator(readExe(line) ?? '');
    if (!isQemu && isNoVm(bytes, from, to)) return;
    const labels = labelsOf(line);
    page.processes.push({
      pid: labels.get('pid') ?? '',
      vmId: labels.get('vm_id') ?? '',
      isQemu,
      cpuSeconds: sampleValueOf(line),
    });
  };
  const readEnded = (line: Buffer): void => {
    const labels = labelsOf(line);
    if (labels.get('state') === 'terminated') page.ended.add(labels.get('pid') ?? '');
  };
  return {
    startPiece: terminated.forget,
    readLine(bytes, from, to) {
      if (!isOfProcess(bytes, from)) {
        readKeplerLine(page, bytes.subarray(from, to));
        return;
      }
      const kind = bytes[from + processStartLength];
      if (
        kind !== 0x73 /* seconds_total */ &&
        (kind !== 0x77 /* watts */ || !terminated.isIn(bytes, from, to))
      )
        return;
      if (!isProcessLine(bytes, from, to)) return;
      if (kind === 0x73) readProcess(bytes, from, to);
      else readEnded(bytes.subarray(from, to));
    },
    finish: (earlier, atSeconds) => contentOf(page, earlier, atSeconds),
  };
};

export const kepler: PowerAgent = {
  name: 'kepler',
  countsVmEnergy: true,
  metricPrefixes: ['kepler_'],
  defaultPort: 28282,
  createPageReader,
};
