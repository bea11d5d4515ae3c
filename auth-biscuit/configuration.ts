/**
 * /etc/one/auth/biscuit.yaml: what a token must fulfil besides its own checks. Optional; each key has a
 * default. An unknown key is a problem: a rule that is misspelt must not be a rule that is not there.
 *
 * Pure: from the parsed file to settings, or to all of its problems at once.
 */
import { parseDurationMs } from '../lib/units/duration.ts';

export interface BiscuitConfiguration {
  /** Whether a token without an end is refused. */
  readonly requireExpiry: boolean;
  /** A token that is valid for longer from now on is refused; `undefined` for no limit. */
  readonly maxLifetimeMs: number | undefined;
  /** By how much the clocks of front-end and user may differ. */
  readonly clockLeewayMs: number;
  /** The file with revoked ids; '' for none. */
  readonly revocationFile: string;
  /** Checks in Datalog that every token must fulfil. */
  readonly checks: readonly string[];
  /** The fact `zone`: a number or a text, as the file has it. */
  readonly zone: string | number | undefined;
  /** The fact `endpoint`. */
  readonly endpoint: string | undefined;
}

export const defaultConfiguration: BiscuitConfiguration = {
  requireExpiry: false,
  maxLifetimeMs: undefined,
  clockLeewayMs: 0,
  revocationFile: '',
  checks: [],
  zone: undefined,
  endpoint: undefined,
};

const mostLeewayMs = 600_000;
const mostLifetimeMs = 3650 * 86_400_000;

/** Each key: what it sets, or what it must be. */
type Setting = (value: unknown) => Partial<BiscuitConfiguration> | string;

const duration = (value: unknown, leastMs: number, mostMs: number): number | undefined => {
  const ms = typeof value === 'string' || value === 0 ? parseDurationMs(String(value)) : undefined;
  return ms !== undefined && ms >= leastMs && ms <= mostMs ? ms : undefined;
};

const settings: Readonly<Record<string, Setting>> = {
  require_expiry: (value) => (typeof value === 'boolean' ? { requireExpiry: value } : 'true or false'),
  max_lifetime: (value) => {
    const maxLifetimeMs = duration(value, 1000, mostLifetimeMs);
    return maxLifetimeMs === undefined ? 'a duration from 1s to 3650d, such as 24h' : { maxLifetimeMs };
  },
  clock_leeway: (value) => {
    const clockLeewayMs = duration(value, 0, mostLeewayMs);
    return clockLeewayMs === undefined ? 'a duration from 0 to 10m, such as 30s' : { clockLeewayMs };
  },
  revocation_file: (value) =>
    typeof value === 'string' && value.startsWith('/') ? { revocationFile: value } : 'an absolute path',
  checks: (value) =>
    Array.isArray(value) && value.every((check) => typeof check === 'string')
      ? { checks: value }
      : 'a list of texts, each a check in Datalog',
  zone: (value) =>
    Number.isSafeInteger(value) || (typeof value === 'string' && value !== '')
      ? { zone: value as string | number }
      : 'a number or a name',
  endpoint: (value) => (typeof value === 'string' && value !== '' ? { endpoint: value } : 'a text'),
};

export const configurationKeys: readonly string[] = Object.keys(settings);

export const parseConfiguration = (
  document: unknown,
): { readonly configuration: BiscuitConfiguration; readonly problems: readonly string[] } => {
  if (document === null || document === undefined)
    return { configuration: defaultConfiguration, problems: [] };
  if (typeof document !== 'object' || Array.isArray(document))
    return { configuration: defaultConfiguration, problems: ['the file must hold keys and values'] };
  const problems: string[] = [];
  let configuration = defaultConfiguration;
  for (const [key, value] of Object.entries(document)) {
    const setting = Object.hasOwn(settings, key) ? settings[key] : undefined;
    const result = setting?.(value) ?? `one of ${configurationKeys.join(', ')}`;
    if (typeof result === 'object') configuration = { ...configuration, ...result };
    else if (setting === undefined) problems.push(`${key} is not known: a key must be ${result}`);
    else problems.push(`${key} is ${JSON.stringify(value)} but must be ${result}`);
  }
  return { configuration, problems };
};

/** Revoked ids, one a line, in hex as `oneext token inspect` shows them; `#` begins a comment. */
export const parseRevocations = (
  text: string,
): { readonly revoked: ReadonlySet<string>; readonly problems: readonly string[] } => {
  const revoked = new Set<string>();
  const problems: string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const id = line.replace(/#.*/, '').trim().toLowerCase();
    if (/^[0-9a-f]{128}$/.test(id)) revoked.add(id);
    else if (id !== '') problems.push(`line ${index + 1} is no revocation id (128 hex digits)`);
  }
  return { revoked, problems };
};
