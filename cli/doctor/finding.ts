/** What a check has found: one line for people, one object in `--json`. */

import { cleanLine } from '../../lib/text/terminal-text.ts';

export type Level = 'ok' | 'warning' | 'error' | 'skipped';

/** A finding of a check, before it is known whose. */
export interface Verdict {
  readonly level: Level;
  /** What it is about: a file, a host, a hook. */
  readonly subject?: string;
  readonly message: string;
  /** The next step: a command, or what to look at. */
  readonly next?: string;
  /** Of findings of one group people are shown the first ten, and how many there are. */
  readonly group?: string;
}

export interface Finding extends Verdict {
  readonly check: string;
}

/** What a probe has learned of one thing, or why it could not. */
export type Attempt<T> =
  | { readonly value: T }
  | {
      readonly problem: string;
      /** `denied`: this user may not; `missing`: there is no such file or program; `late`: no end in time. */
      readonly kind: 'denied' | 'missing' | 'late' | 'failed';
      readonly hint?: string | undefined;
    };
export type Problem = Exclude<Attempt<never>, { readonly value: never }>;

type Details = Pick<Verdict, 'subject' | 'next' | 'group'>;
export const ok = (message: string, details: Details = {}): Verdict => ({ level: 'ok', message, ...details });
export const skipped = (message: string, details: Details = {}): Verdict => ({
  level: 'skipped',
  message,
  ...details,
});
export const warning = (message: string, next: string, details: Details = {}): Verdict => ({
  level: 'warning',
  message,
  next,
  ...details,
});
export const failure = (message: string, next: string, details: Details = {}): Verdict => ({
  level: 'error',
  message,
  next,
  ...details,
});

export const asOneadmin = 'sudo -u oneadmin oneext doctor';

/** What could not be looked at: not an error where only this user may not, or nobody can tell. */
export const judgeProblem = (
  { problem, kind, hint }: Problem,
  next: string,
  details: Details = {},
): Verdict => {
  if (kind === 'denied') return warning(`cannot tell as this user: ${problem}`, asOneadmin, details);
  if (kind === 'late') return warning(`cannot tell: ${problem}`, next, details);
  const isKnown = kind === 'missing' && details.subject !== undefined;
  return failure(isKnown ? 'there is no such file' : problem, hint ?? next, details);
};

/** A chain's link that others hang on does not hold: they have nothing to look at. */
export class BrokenLink extends Error {
  /** The check that says more. */
  readonly check: string;

  constructor(check: string, message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'BrokenLink';
    this.check = check;
  }
}

/** Text from outside, on one line that a terminal does not act upon. */
export const cleanText = (text: string, most = 400): string => {
  const clean = cleanLine(text.replaceAll(/\s+/g, ' ')).trim();
  return clean.length <= most ? clean : `${clean.slice(0, most)}...`;
};
