/**
 * Kepler 0.10 and later (https://github.com/sustainable-computing-io/kepler).
 *
 * Kepler shares all of the power that goes into work among the processes that it sees: what others use is charged to
 * them. So where its page has processes, the power of a VM is made from what Kepler has measured, and not from what
 * it has made of that: the power of the host x the processor time of the VM's process / that of all processors. Only
 * where the page has VMs alone, Kepler's watts are taken.
 *
 * Reads kepler_node_cpu_{watts,active_watts,active_joules_total,idle_joules_total,info,usage_ratio},
 * kepler_process_cpu_seconds_total, kepler_vm_cpu_watts, kepler_platform_watts, and oneext_vm_process_info
 * (host-installer/kepler-page). Watts of what has ended stay on the page, and are not taken.
 */
import { createLabelReader, labelsOf, sampleValueOf } from '../../lib/prometheus/sample-line.ts';
import type { AgentCounters, Domain, PageContent, PageDomain, PageReader, PowerAgent } from './agent.ts';
import { emptyKeplerPage, type KeplerPage, type KeplerProcess, readKeplerLine } from './kepler-page.ts';
import { createMarkerFinder } from './marker-finder.ts';
import { platformReadingsOf } from './platform-power.ts';
import type { PowerSettings } from './power-options.ts';
import { hostZonesOf, sumOfZones } from './rapl-zones.ts';
import { createEmulatorTest } from './vm-process.ts';

type Problem = NonNullable<PageContent['problem']>;

const readExe = createLabelReader('exe', 4096);
const processStart = Buffer.from('kepler_process_cpu_');
const exeMarker = Buffer.from('exe="');
const noVm = Buffer.from('vm_id=""');

/** Why the agent could not measure, if it could not. */
const problemOf = (page: KeplerPage, zones: readonly string[] | undefined): Problem | undefined => {
  if (!page.isWhole) return { reason: 'truncated', detail: 'the page ends before its end' };
  if (page.watts.size === 0)
    return page.isLegacy
      ? { reason: 'no_power', detail: 'the page is that of a Kepler older than 0.10, which is not read' }
      : { reason: 'no_power', detail: 'the page has no kepler_node_cpu_watts' };
  if (zones === undefined) return { reason: 'no_power', detail: 'the page has neither psys nor package' };
  if (page.watts.get(zones[0] ?? '') !== 0) return undefined;
  return page.usageRatio === 0
    ? { reason: 'no_process_power', detail: 'the agent has just started: all watts are 0' }
    : { reason: 'rapl_unreadable', detail: `the energy counter of ${zones[0]} stands still` };
};

/** VMs by what Kepler calls them, where a process of that name runs QEMU: others can be forged by anybody. */
const nameOfVm = (page: KeplerPage, { vmId }: KeplerProcess): string => {
  const claimants = page.processes.filter((other) => other.vmId === vmId);
  return claimants.every(({ isQemu }) => isQemu) ? (page.vms.get(vmId)?.name ?? '') : '';
};

const domainOf = (page: KeplerPage, process: KeplerProcess): Domain | undefined => {
  if (!process.isQemu || page.ended.has(process.pid)) return undefined;
  const uuid = process.vmId.toLowerCase();
  if (page.domains.size > 0) {
    const name = page.domains.get(process.pid);
    return name === undefined ? undefined : { name, uuid };
  }
  return process.vmId === '' ? undefined : { name: nameOfVm(page, process), uuid };
};

const countersOf = (page: KeplerPage, zones: readonly string[], seconds: number): AgentCounters => {
  const domains = new Map<string, Domain & { readonly count: number }>();
  for (const process of page.processes) {
    const domain = domainOf(page, process);
    if (domain !== undefined)
      domains.set(`${process.pid} ${domain.uuid} ${domain.name}`, { ...domain, count: process.cpuSeconds });
  }
  return { seconds, hostJoules: sumOfZones(zones, page.joules) ?? Number.NaN, meter: zones.join(), domains };
};

/** The power of the host and its VMs over the time between two pages, in microwatts. */
const powerBetween = (
  earlier: AgentCounters | undefined,
  now: AgentCounters,
  { cpus, hostWatts }: { readonly cpus: number; readonly hostWatts: number },
): Pick<PageContent, 'domains' | 'hostPower'> => {
  const seconds = now.seconds - (earlier?.seconds ?? Number.NaN);
  const joules =
    earlier !== undefined && earlier.meter === now.meter ? now.hostJoules - earlier.hostJoules : Number.NaN;
  const hostPower = (joules > 0 && seconds > 0 ? joules / seconds : hostWatts) * 1e6;
  const domains = [...now.domains].map(([key, { name, uuid, count }]): PageDomain => {
    const moved = count - (earlier?.domains.get(key)?.count ?? Number.NaN);
    const isKnown = seconds > 0 && moved >= 0;
    return { name, uuid, power: isKnown ? (hostPower * moved) / (seconds * cpus) : 'first_reading' };
  });
  return { domains, hostPower };
};

const isSame = (earlier: AgentCounters, now: AgentCounters): boolean =>
  earlier.hostJoules === now.hostJoules &&
  [...now.domains].every(([key, { count }]) => earlier.domains.get(key)?.count === count);

/** What Kepler itself makes of the VMs, in microwatts. */
const vmsOf = (page: KeplerPage, zones: readonly string[]): readonly PageDomain[] =>
  [...page.vms].map(([vmId, { name, watts }]) => ({
    name,
    uuid: vmId.toLowerCase(),
    power: (sumOfZones(zones, watts) ?? Number.NaN) * 1e6,
  }));

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
  } as const;
  if (zones === undefined || problem !== undefined)
    // What has been counted before the first watt is good for the second page.
    return problem?.reason === 'no_process_power' && zones !== undefined
      ? { ...content, problem, counters: countersOf(page, zones, atSeconds) }
      : { ...content, problem };
  const hostWatts = sumOfZones(zones, page.watts) ?? Number.NaN;
  const use = { busyRatio: page.usageRatio, microwatts: hostWatts * 1e6 };
  if (!page.hasProcesses)
    return { ...content, problem, use, hostPower: hostWatts * 1e6, domains: method && vmsOf(page, zones) };
  const counters = countersOf(page, zones, atSeconds);
  if (earlier !== undefined && isSame(earlier, counters))
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
    ...powerBetween(earlier, counters, { cpus: page.cpus, hostWatts }),
  };
};

const isAt = (line: Buffer, start: Buffer): boolean =>
  line.length > start.length && start.compare(line, 0, start.length) === 0;

/** Whether a line is one of the many of processes, by the bytes in which metrics of Kepler differ. */
const isOfProcess = (bytes: Buffer, from: number): boolean =>
  bytes[from] === 0x6b /* kepler_ */ && bytes[from + 7] === 0x70 && bytes[from + 8] === 0x72 /* process_ */;

/** Whether a line names a program that may be an emulator; most lines do not, and are not taken apart. */
const mayBeEmulator = (line: Buffer, others: readonly string[]): boolean => {
  const at = line.indexOf(exeMarker);
  if (at < 0) return false;
  if (others.length > 0) return true;
  let name = at + exeMarker.length;
  for (let to = name; to < line.length && line[to] !== 0x22 /* quote */; to += 1)
    if (line[to] === 0x2f /* slash */) name = to + 1;
  return line[name] === 0x71 /* q */ || line[name] === 0x6b /* k */ || line[name] === 0x2e /* dot */;
};

/** Whether `vm_id`, the last label, is empty. */
const isNoVm = (line: Buffer): boolean => {
  const end = line.lastIndexOf(0x7d /* closing brace */);
  return end >= noVm.length && noVm.compare(line, end - noVm.length, end) === 0;
};

const createPageReader = (settings: PowerSettings): PageReader => {
  const page = emptyKeplerPage();
  const emulators = settings['power.emulators'];
  const isEmulator = createEmulatorTest(emulators);
  const terminated = createMarkerFinder('state="terminated"');
  const readProcess = (line: Buffer): void => {
    page.hasProcesses = true;
    const isQemu = mayBeEmulator(line, emulators) && isEmulator(readExe(line) ?? '');
    if (!isQemu && isNoVm(line)) return;
    const labels = labelsOf(line);
    page.processes.push({
      pid: labels.get('pid') ?? '',
      vmId: labels.get('vm_id') ?? '',
      isQemu,
      cpuSeconds: sampleValueOf(line),
    });
  };
  return {
    startPiece: terminated.forget,
    readLine(bytes, from, to) {
      if (!isOfProcess(bytes, from)) {
        readKeplerLine(page, bytes.subarray(from, to));
        return;
      }
      const kind = bytes[from + processStart.length];
      if (
        kind !== 0x73 /* seconds_total */ &&
        (kind !== 0x77 /* watts */ || !terminated.isIn(bytes, from, to))
      )
        return;
      const line = bytes.subarray(from, to);
      if (!isAt(line, processStart)) return;
      if (kind === 0x73) readProcess(line);
      else page.ended.add(labelsOf(line).get('pid') ?? '');
    },
    finish: (earlier, atSeconds) => contentOf(page, earlier, atSeconds),
  };
};

export const kepler: PowerAgent = {
  name: 'kepler',
  title: 'Kepler',
  metricPrefixes: ['kepler_'],
  defaultPort: 28282,
  createPageReader,
};
