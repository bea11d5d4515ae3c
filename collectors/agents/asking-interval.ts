/** How long a power agent is left alone after an answer: the longer, the more its answers cost. */
import type { PowerVerdict, UnsoundReason } from './agent.ts';

/** Scaphandre stops measuring when it is asked more often than every two seconds. */
export const leastIntervalMs = 5000;
const mostIntervalMs = 600_000;
/** A timer that comes a little early still finds that it is time. */
const punctuality = 0.8;

/** How long an agent is left alone at least that may be asked as often as the accounts want. */
export const oftenIntervalMs = (accountsMs: number): number =>
  Math.min(leastIntervalMs, accountsMs * punctuality);

/** What a page of any cloud costs at most, to read. */
const cheapMs = 100;
/** So one agent takes a hundredth of a processor at most. */
const restPerCost = 100;
const costlyReasons: ReadonlySet<UnsoundReason> = new Set(['too_large', 'too_costly']);

/**
 * @param costMs how long the answer kept the processor busy
 * @param leastMs how long this agent is left alone at least
 */
export const intervalAfter = (
  verdict: PowerVerdict,
  costMs: number,
  beforeMs: number,
  leastMs = leastIntervalMs,
): number => {
  const forCost = costMs > cheapMs ? costMs * restPerCost : leastMs;
  const isRefused = !verdict.sound && costlyReasons.has(verdict.reason);
  return Math.min(Math.max(forCost, isRefused ? beforeMs * 2 : 0), mostIntervalMs);
};
