/** For agents that count energy: power is what the counters of two pages differ by. */
import type { EnergyCounters, PageContent } from './agent.ts';

type Problem = { readonly problem: NonNullable<PageContent['problem']> };
type Power = Pick<PageContent, 'vmPower' | 'hostPower'>;

const notYet = (detail: string): Problem => ({ problem: { reason: 'no_process_power', detail } });

/**
 * In microwatts. A VM whose counter is new or has begun anew is not in it, nor one that has ended: a counter that
 * stands still is that of an idle VM.
 *
 * @param ended the counters of VMs that have ended
 */
export const powerBetween = (
  earlier: EnergyCounters | undefined,
  now: EnergyCounters,
  ended: ReadonlySet<string>,
): Power | Problem => {
  if (earlier === undefined) return notYet('power is known from the second reading of the counters on');
  const seconds = now.seconds - earlier.seconds;
  const ofHost = now.hostJoules - earlier.hostJoules;
  if (seconds < 0 || ofHost < 0) return notYet('the counters of the agent have begun anew');
  if (seconds === 0) return notYet('the agent has measured nothing since the last reading');
  if (ofHost === 0)
    return { problem: { reason: 'rapl_unreadable', detail: 'the energy of the host stands still' } };
  const vmPower = new Map<number, number>();
  for (const [key, { vmId, joules }] of now.vms) {
    if (ended.has(key)) continue;
    const moved = joules - (earlier.vms.get(key)?.joules ?? Number.POSITIVE_INFINITY);
    if (moved >= 0 || Number.isNaN(moved))
      vmPower.set(vmId, (vmPower.get(vmId) ?? 0) + (moved / seconds) * 1e6);
  }
  return { vmPower, hostPower: (ofHost / seconds) * 1e6 };
};
