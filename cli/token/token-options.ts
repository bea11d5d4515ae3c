/** Options that verbs of `oneext token` share. */
import path from 'node:path';
import type { BlockContent } from '../../auth-biscuit/io/tokens.ts';
import { type PublicKey, parsePublicKeys } from '../../auth-biscuit/public-keys.ts';
import { listOption, type OptionSpec, optional, textOption } from '../../lib/config/options.ts';
import { parseDurationMs } from '../../lib/units/duration.ts';
import type { Terminal } from '../command.ts';

export const privateKeyFileOption = textOption(
  { help: 'the file of the private key', default: '~/.one/biscuit.key' },
  'FILE',
);

/** The path, with the home folder of the user in place of `~`. */
export const expandHome = (file: string, environment: Terminal['environment']): string =>
  file.startsWith('~/') ? path.join(environment['HOME'] ?? '.', file.slice(2)) : file;

const publicKey: OptionSpec<PublicKey> = {
  form: 'KEY',
  help: 'the public key, 64 hex digits, with which the signature must verify',
  parse: (text) => {
    try {
      const [key] = parsePublicKeys(text);
      if (key !== undefined) return { value: key };
    } catch {
      // What is wrong with it does not matter here: there is one form only.
    }
    return { mustBe: '64 hex digits, with or without ed25519/ before them' };
  },
};
export const publicKeyOption = optional(publicKey);

export const checkOption = listOption(
  textOption({ help: `a check that must hold, such as 'check if operation("login")'` }, 'DATALOG'),
);

const longestTtlMs = 3650 * 86_400_000;

/** In milliseconds; `undefined` for `none`. */
export const ttlOption = (help: string, fallback: string): OptionSpec<number | undefined> => ({
  form: 'DURATION',
  help,
  default: fallback,
  parse: (text) => {
    const ttlMs = text === 'none' ? undefined : (parseDurationMs(text) ?? 0);
    return ttlMs === undefined || (ttlMs > 0 && ttlMs <= longestTtlMs)
      ? { value: ttlMs }
      : { mustBe: 'a duration up to 3650d, such as 30m or 8h, or none' };
  },
});

/** What a block says that is written now. */
export const blockContent = (
  { ttl, check: checks }: { readonly ttl: number | undefined; readonly check: readonly string[] },
  now: Date,
): BlockContent => (ttl === undefined ? { checks } : { checks, expires: new Date(now.getTime() + ttl) });
