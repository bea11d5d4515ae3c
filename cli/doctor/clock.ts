/** Clocks: of this machine against NTP, and of the others as far as their answers tell the time. */
import { type Attempt, failure, judgeProblem, ok, skipped, type Verdict, warning } from './finding.ts';

export interface SeenClock {
  readonly subject: string;
  /** Ahead of ours, in milliseconds; `undefined` where the answer has no time, or there is none. */
  readonly aheadMs: number | undefined;
}

export interface ClockFacts {
  /** Whether this machine's clock is kept by NTP. */
  readonly isSynchronized: Attempt<boolean>;
  readonly clocks: readonly SeenClock[];
}

/** The header has whole seconds, and an answer takes its time. */
const toleratedMs = 5000;
/** Logins by token, and samples of Prometheus, suffer from that much. */
const harmfulMs = 60_000;
const repair = 'chronyc tracking, timedatectl: on both machines';

const formatSkew = (aheadMs: number): string =>
  `${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine`;

export const judgeClock = ({ subject, aheadMs = 0 }: SeenClock): Verdict | undefined => {
  if (Math.abs(aheadMs) <= toleratedMs) return undefined;
  const details = { subject, group: 'clocks that differ' };
  const message = `its clock is ${formatSkew(aheadMs)}`;
  return Math.abs(aheadMs) > harmfulMs
    ? failure(message, repair, details)
    : warning(message, repair, details);
};

const judgeNtp = (isSynchronized: Attempt<boolean>): Verdict => {
  if (!('value' in isSynchronized)) {
    return isSynchronized.kind === 'denied'
      ? judgeProblem(isSynchronized, 'timedatectl')
      : skipped('whether NTP keeps this clock cannot be told: timedatectl does not answer');
  }
  return isSynchronized.value
    ? ok("NTP keeps this machine's clock: tokens expire when they should")
    : warning(
        "nothing keeps this machine's clock: tokens may expire too early or too late",
        'timedatectl set-ntp true',
      );
};

export const judgeClocks = ({ isSynchronized, clocks }: ClockFacts): readonly Verdict[] => {
  const seen = clocks.filter(({ aheadMs }) => aheadMs !== undefined);
  const silent = clocks.length - seen.length;
  const bad = seen.flatMap((clock) => judgeClock(clock) ?? []);
  const few = seen.length === 0;
  const largest = Math.max(0, ...seen.map(({ aheadMs = 0 }) => Math.abs(aheadMs)));
  const told = `${seen.length} ${seen.length === 1 ? 'clock' : 'clocks'} of others seen`;
  return [
    judgeNtp(isSynchronized),
    ...(few ? [skipped('no answer of OpenNebula, Prometheus or an agent tells the time')] : []),
    ...(few || bad.length > 0 ? [] : [ok(`${told}, at most ${Math.round(largest / 1000)} s from this one`)]),
    ...bad,
    ...(few || silent === 0
      ? []
      : [skipped(`${silent} ${silent === 1 ? 'other does' : 'others do'} not tell the time`)]),
  ];
};
