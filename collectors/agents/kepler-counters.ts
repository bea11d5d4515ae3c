/**
 * What a page of Kepler counts, for what it differs by from the page before: the processor seconds of VMs' processes
 * where the page has processes, else the joules that Kepler itself gives VMs.
 *
 * The joules of VMs begin anew with Kepler, with the VM, and zone by zone where the counter of a zone stood still.
 */
import type { AgentCounters, Domain, DomainCounter } from './agent.ts';
import type { KeplerPage, KeplerProcess } from './kepler-page.ts';
import { sumOfZones } from './rapl-zones.ts';

/** VMs by what Kepler calls them, where a process of that name runs QEMU: others can be forged by anybody. */
const nameOfVm = (page: KeplerPage, { vmId }: KeplerProcess): string => {
  const claimants = page.processes.filter((other) => other.vmId === vmId);
  return claimants.every(({ isQemu }) => isQemu) ? (page.vms.get(vmId)?.name ?? '') : '';
};

const domainOf = (page: KeplerPage, process: KeplerProcess): Domain | undefined => {
  if (!process.isQemu) return undefined;
  const uuid = process.vmId.toLowerCase();
  if (page.domains.size > 0) {
    const name = page.domains.get(process.pid);
    return name === undefined ? undefined : { name, uuid };
  }
  return process.vmId === '' ? undefined : { name: nameOfVm(page, process), uuid };
};

type DomainCounters = Pick<AgentCounters, 'domains' | 'ended'>;

const processSeconds = (page: KeplerPage): DomainCounters => {
  const domains = new Map<string, DomainCounter>();
  const ended = new Set<string>();
  for (const process of page.processes) {
    const domain = domainOf(page, process);
    if (domain === undefined) continue;
    const key = `${process.pid} ${domain.uuid} ${domain.name}`;
    domains.set(key, { ...domain, count: process.cpuSeconds });
    if (page.ended.has(process.pid)) ended.add(key);
  }
  return { domains, ended };
};

const vmJoules = (page: KeplerPage, zones: readonly string[]): DomainCounters => {
  const domains = new Map<string, DomainCounter>();
  const ended = new Set<string>();
  for (const { state, vmId, name, zone, joules } of page.vmJoules) {
    if (!zones.includes(zone)) continue;
    const domain = { name, uuid: vmId.toLowerCase(), count: joules };
    const key = `${vmId} ${zone}`;
    if (state === 'running') domains.set(key, domain);
    else {
      domains.set(`${key} ended`, { ...domain, endOf: key });
      ended.add(`${key} ended`);
    }
  }
  return { domains, ended };
};

/** @param zones those that make up the host */
export const countersOf = (page: KeplerPage, zones: readonly string[], seconds: number): AgentCounters => ({
  seconds,
  hostJoules: sumOfZones(zones, page.joules) ?? Number.NaN,
  rawHostJoules: sumOfZones(zones, page.rawJoules) ?? Number.NaN,
  ...(page.hasProcesses
    ? { ...processSeconds(page), cpus: page.cpus, meter: `${zones} cpus ${page.cpus}` }
    : { ...vmJoules(page, zones), meter: `${zones} vms` }),
});
