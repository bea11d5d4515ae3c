/** The power of a host and its VMs from the processor time of processes, over the time between two pages. */
import type { AgentCounters, PageContent, PageDomain } from './agent.ts';

/** Of two processes with one name and UUID both count: nobody can take from a VM what it draws. */
const byDomain = (processes: readonly PageDomain[]): readonly PageDomain[] => {
  const domains = new Map<string, PageDomain>();
  for (const process of processes) {
    const key = `${process.uuid} ${process.name}`;
    const before = domains.get(key)?.power ?? 0;
    const power =
      typeof before === 'number' && typeof process.power === 'number'
        ? before + process.power
        : 'first_reading';
    domains.set(key, { ...process, power });
  }
  return [...domains.values()];
};

/**
 * In microwatts: the energy of the host, times the processor time of a VM's process over that of all CPUs. A process
 * whose time is new, or has begun anew, has its first reading.
 *
 * @param hostWatts what the page itself says, where the energy of the host cannot be compared with that before
 */
export const powerByCpuSeconds = (
  earlier: AgentCounters | undefined,
  now: AgentCounters,
  { cpus, hostWatts }: { readonly cpus: number; readonly hostWatts: number },
): Pick<PageContent, 'domains' | 'hostPower'> => {
  const seconds = now.seconds - (earlier?.seconds ?? Number.NaN);
  const joules =
    earlier !== undefined && earlier.meter === now.meter ? now.hostJoules - earlier.hostJoules : Number.NaN;
  const hostPower = (joules > 0 && seconds > 0 ? joules / seconds : hostWatts) * 1e6;
  const running = [...now.domains].filter(([key]) => now.ended?.has(key) !== true);
  const processes = running.map(([key, { name, uuid, count }]): PageDomain => {
    const moved = count - (earlier?.domains.get(key)?.count ?? Number.NaN);
    const isKnown = seconds > 0 && moved >= 0;
    return { name, uuid, power: isKnown ? (hostPower * moved) / (seconds * cpus) : 'first_reading' };
  });
  return { domains: byDomain(processes), hostPower };
};

/** Whether a page is the one before once more. */
export const isSameCount = (earlier: AgentCounters, now: AgentCounters): boolean =>
  earlier.hostJoules === now.hostJoules &&
  [...now.domains].every(([key, { count }]) => earlier.domains.get(key)?.count === count);
