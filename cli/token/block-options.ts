/** Options of the verbs that write a block: how long it holds, and further checks. */
import type { BlockContent } from '../../auth-biscuit/io/tokens.ts';
import { parseDurationMs } from '../../lib/units/duration.ts';
import { type Given, type Terminal, textOf, textsOf, usageError, type VerbOption } from '../command.ts';

export const checkOption: VerbOption = {
  form: 'DATALOG',
  help: `a check that must hold, such as 'check if operation("login")'; may be repeated`,
  multiple: true,
};

const longestTtlMs = 3650 * 86_400_000;

/** When a token ends that begins now; `undefined` for `none`. */
const parseExpiry = (ttl: string, now: Date): Date | undefined => {
  if (ttl === 'none') return undefined;
  const ttlMs = parseDurationMs(ttl);
  if (ttlMs === undefined || ttlMs <= 0 || ttlMs > longestTtlMs)
    throw usageError(
      `--ttl ${JSON.stringify(ttl)} must be a duration up to 3650d, such as 30m or 8h, or none`,
    );
  return new Date(now.getTime() + ttlMs);
};

export const readBlockOptions = (given: Given, terminal: Terminal, defaultTtl: string): BlockContent => {
  const expires = parseExpiry(textOf(given, 'ttl') ?? defaultTtl, terminal.now());
  const checks = textsOf(given, 'check');
  return expires === undefined ? { checks } : { checks, expires };
};
