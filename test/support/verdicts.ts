/** What checks of `oneext doctor` say, and facts that many of them meet. */
import type { Verdict } from '../../cli/doctor/finding.ts';

/** Level and message of each. */
export const linesOf = (verdicts: readonly Verdict[]): readonly string[] =>
  verdicts.map(({ level, message }) => `${level}: ${message}`);

/** This user may not look. */
export const denied = { problem: 'EACCES: permission denied', kind: 'denied' } as const;
export const missing = { problem: 'ENOENT: no such file', kind: 'missing' } as const;
