/** How long a power agent is left alone after an answer: longer and longer while its answers cost too much. */
import type { PowerVerdict, UnsoundReason } from './agent.ts';

/** Scaphandre stops measuring when it is asked more often than every two seconds. */
export const leastIntervalMs = 5000;
const mostIntervalMs = 600_000;
const costlyReasons: ReadonlySet<UnsoundReason> = new Set(['too_large', 'too_costly']);

export const intervalAfter = (verdict: PowerVerdict, beforeMs: number): number =>
  !verdict.sound && costlyReasons.has(verdict.reason)
    ? Math.min(beforeMs * 2, mostIntervalMs)
    : leastIntervalMs;
