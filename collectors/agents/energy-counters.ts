/** For agents that count energy: power is what the counters of two pages differ by. */
import type { AgentCounters, PageContent, PageDomain } from './agent.ts';
import { isLongerThanPassed } from './measured-time.ts';

type Problem = { readonly problem: NonNullable<PageContent['problem']> };
type Power = Pick<PageContent, 'domains' | 'hostPower'>;

const notYet = (detail: string): Problem => ({ problem: { reason: 'no_process_power', detail } });

/** Joules of a part of the time say what was drawn in that part. */
const measuredBetween = (earlier: AgentCounters, now: AgentCounters): number => {
  const measured = (now.measuredSeconds ?? 0) - (earlier.measuredSeconds ?? 0);
  const isTold = now.measuredSeconds !== undefined && earlier.measuredSeconds !== undefined;
  return isTold && measured > 0 ? measured : now.seconds - earlier.seconds;
};

/** Where it is known when the pages were read. */
const isOfAnother = (earlier: AgentCounters, now: AgentCounters): boolean => {
  const passed = (now.readSeconds ?? Number.NaN) - (earlier.readSeconds ?? Number.NaN);
  return isLongerThanPassed((now.seconds - earlier.seconds) * 1000, passed * 1000);
};

/**
 * In microwatts. A VM whose counter is new or has begun anew has its first reading. One that has ended is not in it: a
 * counter that stands still is that of an idle VM.
 *
 * @param ended the counters of VMs that have ended
 */
export const powerBetween = (
  earlier: AgentCounters | undefined,
  now: AgentCounters,
  ended: ReadonlySet<string>,
): Power | Problem => {
  if (earlier === undefined)
    return {
      problem: {
        reason: 'first_reading',
        detail: 'power is known from the second reading of the counters on',
      },
    };
  const seconds = now.seconds - earlier.seconds;
  const ofHost = now.hostJoules - earlier.hostJoules;
  if (seconds < 0 || ofHost < 0)
    return { problem: { reason: 'first_reading', detail: 'the counters of the agent have begun anew' } };
  if (isOfAnother(earlier, now))
    return {
      problem: {
        reason: 'first_reading',
        detail: `the agent has measured ${Math.round(seconds)} s since the last reading, which is not so long ago: it is another one`,
      },
    };
  if (seconds === 0) return notYet('the agent has measured nothing since the last reading');
  if (ofHost === 0)
    return { problem: { reason: 'rapl_unreadable', detail: 'the energy of the host stands still' } };
  const measured = measuredBetween(earlier, now);
  const domains = [...now.domains].flatMap(([key, { name, uuid, count }]): readonly PageDomain[] => {
    if (ended.has(key)) return [];
    const before = earlier.domains.get(key)?.count;
    if (before === undefined || count < before) return [{ name, uuid, power: 'first_reading' }];
    return [{ name, uuid, power: ((count - before) / measured) * 1e6 }];
  });
  return { domains, hostPower: (ofHost / measured) * 1e6 };
};
