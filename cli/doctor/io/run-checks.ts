/** Runs checks beside each other. What one throws, or how long it takes, never takes anything from the others. */
import { OneExtError, reasonOf } from '../../../lib/errors/oneext-error.ts';
import type { Check, Surroundings } from '../check.ts';
import {
  BrokenLink,
  cleanText,
  type Finding,
  failure,
  judgeProblem,
  skipped,
  type Verdict,
  warning,
} from '../finding.ts';
import { inTime, problemOf } from './attempt.ts';

/** @param looksAt the names of all checks of this run */
const judgeThrown = (thrown: unknown, check: Check, looksAt: ReadonlySet<string>): Verdict => {
  if (thrown instanceof BrokenLink) {
    if (thrown.check !== check.name && looksAt.has(thrown.check))
      return skipped(`nothing to look at: see ${thrown.check}`);
    const hint = thrown.cause instanceof OneExtError ? thrown.cause.hint : undefined;
    return failure(`cannot look: ${thrown.message}`, hint ?? `oneext doctor --only ${thrown.check}`);
  }
  const problem = problemOf(thrown);
  const seen = { ...problem, problem: `cannot look: ${reasonOf(thrown)}` };
  return judgeProblem(seen, `oneext doctor --only ${check.name}`);
};

const lookInTime = async (
  check: Check,
  surroundings: Surroundings,
  looksAt: ReadonlySet<string>,
): Promise<readonly Verdict[]> => {
  try {
    const commonMs = surroundings.options['doctor.time-limit'];
    const limitMs = (await check.timeLimitMs?.(surroundings)) ?? commonMs;
    return await inTime(
      limitMs,
      () => check.look(surroundings),
      (problem) => [
        warning(`cannot tell: ${problem}`, `oneext doctor --only ${check.name} --doctor.time-limit 10m`),
      ],
    );
  } catch (thrown) {
    return [judgeThrown(thrown, check, looksAt)];
  }
};

const clean = (check: string, { level, subject, message, next, group }: Verdict): Finding => ({
  check,
  level,
  ...(subject === undefined ? {} : { subject: cleanText(subject) }),
  message: cleanText(message),
  ...(next === undefined ? {} : { next: cleanText(next) }),
  ...(group === undefined ? {} : { group }),
});

/** In the order of the checks. */
export const runChecks = async (
  checks: readonly Check[],
  surroundings: Surroundings,
): Promise<readonly Finding[]> => {
  const looksAt = new Set(checks.map(({ name }) => name));
  const found = await Promise.all(
    checks.map(async (check) =>
      (await lookInTime(check, surroundings, looksAt)).map((verdict) => clean(check.name, verdict)),
    ),
  );
  return found.flat();
};
