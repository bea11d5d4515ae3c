/**
 * Options with one name in flags, environment and file: flags > environment > file > defaults.
 *
 * `--power.agent-timeout=5s`, `ONEEXT_POWER_AGENT_TIMEOUT=5s`, and in oneext.yaml `power: {agent_timeout: 5s}`.
 * Every problem is found before one is reported.
 */
import { withoutCredentials } from '../http/http-url.ts';
import { isMapping } from '../mapping.ts';
import { parseDurationMs } from '../units/duration.ts';

export interface OptionSpec<T> {
  readonly help: string;
  /** What a value looks like, for --help and the sample file: `DURATION`, `omit|zero`. */
  readonly form: string;
  /** As it would be written in a file. */
  readonly default: string;
  /** The value, or what a value must be. */
  readonly parse: (text: string) => { readonly value: T } | { readonly mustBe: string };
}
export type OptionTable = Readonly<Record<string, OptionSpec<unknown>>>;
export type OptionValues<Table extends OptionTable> = {
  readonly [Name in keyof Table]: Table[Name] extends OptionSpec<infer T> ? T : never;
};

type OptionText = Omit<OptionSpec<unknown>, 'form' | 'parse'>;

export const textOption = (spec: OptionText, form = 'TEXT'): OptionSpec<string> => ({
  ...spec,
  form,
  parse: (text) => ({ value: text }),
});

export const booleanOption = (spec: OptionText): OptionSpec<boolean> => ({
  ...spec,
  form: 'true|false',
  parse: (text) =>
    text === 'true' || text === 'false' ? { value: text === 'true' } : { mustBe: 'true or false' },
});

export const choiceOption = <const Choice extends string>(
  spec: OptionText,
  choices: readonly Choice[],
): OptionSpec<Choice> => ({
  ...spec,
  form: choices.join('|'),
  parse: (text) => {
    const value = choices.find((choice) => choice === text);
    return value === undefined ? { mustBe: `one of ${choices.join(', ')}` } : { value };
  },
});

/** In milliseconds, between `leastMs` and `mostMs`. */
export const durationOption = (spec: OptionText, leastMs: number, mostMs: number): OptionSpec<number> => ({
  ...spec,
  form: 'DURATION',
  parse: (text) => {
    const value = parseDurationMs(text);
    return value !== undefined && value >= leastMs && value <= mostMs
      ? { value }
      : { mustBe: `a duration from ${leastMs}ms to ${mostMs}ms, such as 5s or 1m30s` };
  },
});

/** Where an option's value stood, for messages. */
type Origin = 'flag' | 'environment' | 'file';
export interface GivenOption {
  readonly origin: Origin;
  /** As it was written: `--power.agent-url`, `ONEEXT_POWER_AGENT_URL`, `power.agent_url in FILE`. */
  readonly shown: string;
  readonly text: string;
}

export const environmentName = (option: string): string =>
  `ONEEXT_${option.toUpperCase().replaceAll(/[.-]/g, '_')}`;

/** `power.agent-timeout` is `agent_timeout` below `power` in a file. */
export const fileName = (option: string): string => option.replaceAll('-', '_');

/** Flags as `--name=value`, `--name value`, and `--name` or `--no-name` for booleans. */
export const readFlags = (
  table: OptionTable,
  argv: readonly string[],
): { readonly given: ReadonlyMap<string, GivenOption>; readonly problems: readonly string[] } => {
  const given = new Map<string, GivenOption>();
  const problems: string[] = [];
  for (let at = 0; at < argv.length; at += 1) {
    const argument = argv[at] ?? '';
    const match = /^--(?<no>no-)?(?<name>[^=]+)(?:=(?<value>.*))?$/s.exec(argument);
    const { no, name = '', value } = match?.groups ?? {};
    const spec = Object.hasOwn(table, name) ? table[name] : undefined;
    const isBoolean = spec?.form === 'true|false';
    if (spec === undefined || (no !== undefined && (!isBoolean || value !== undefined))) {
      problems.push(`unknown argument ${argument}`);
      continue;
    }
    let text = value ?? (isBoolean ? String(no === undefined) : undefined);
    if (text === undefined) {
      at += 1;
      text = argv[at];
    }
    if (text === undefined) problems.push(`${argument} needs a value`);
    else given.set(name, { origin: 'flag', shown: `--${name}`, text });
  }
  return { given, problems };
};

export const readEnvironment = (
  table: OptionTable,
  environment: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, GivenOption> => {
  const given = new Map<string, GivenOption>();
  for (const name of Object.keys(table)) {
    const shown = environmentName(name);
    const text = environment[shown];
    if (text !== undefined) given.set(name, { origin: 'environment', shown, text });
  }
  return given;
};

/**
 * Options from a parsed configuration file.
 * @param foreignSections top-level keys that belong to other programs of the suite
 */
export const readFileOptions = (
  table: OptionTable,
  document: unknown,
  path: string,
  foreignSections: readonly string[],
): {
  readonly given: ReadonlyMap<string, GivenOption>;
  readonly unknown: readonly string[];
  readonly problems: readonly string[];
} => {
  const given = new Map<string, GivenOption>();
  const unknown: string[] = [];
  const problems: string[] = [];
  const names = new Map(Object.keys(table).map((name) => [fileName(name), name]));

  const visit = (value: unknown, at: string): void => {
    const name = names.get(at);
    if (name !== undefined && (typeof value !== 'object' || value === null)) {
      given.set(name, { origin: 'file', shown: `${at} in ${path}`, text: String(value ?? '') });
    } else if (isMapping(value)) {
      for (const [key, child] of Object.entries(value)) visit(child, at === '' ? key : `${at}.${key}`);
    } else if (name !== undefined) problems.push(`${at} in ${path} must be one value, not a list`);
    else if (value !== null || !names.has(at)) unknown.push(at);
  };

  if (document === null || document === undefined) return { given, unknown, problems };
  if (typeof document !== 'object' || Array.isArray(document)) {
    problems.push(`${path} must hold sections such as "power:", not a list or a single value`);
    return { given, unknown, problems };
  }
  for (const [section, value] of Object.entries(document)) {
    if (!foreignSections.includes(section)) visit(value, section);
  }
  return { given, unknown, problems };
};

/** Values of all options, from the first place that gives one; a default path may be `relocate`d. */
export const resolveOptions = <Table extends OptionTable>(
  table: Table,
  places: readonly ReadonlyMap<string, GivenOption>[],
  relocate: (path: string) => string = (path) => path,
): { readonly values: OptionValues<Table>; readonly problems: readonly string[] } => {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(table)) {
    const given = places.map((place) => place.get(name)).find((option) => option !== undefined);
    const parsed = spec.parse(given?.text ?? relocate(spec.default));
    if ('value' in parsed) values[name] = parsed.value;
    else
      problems.push(
        `${given?.shown ?? name} is ${JSON.stringify(withoutCredentials(given?.text ?? ''))} but must be ${parsed.mustBe}`,
      );
  }
  return { values: values as OptionValues<Table>, problems };
};

/** The options of a program for --help, one a paragraph. */
export const formatHelp = (table: OptionTable): string =>
  Object.entries(table)
    .map(([name, spec]) => {
      const flag = spec.form === 'true|false' ? `--[no-]${name}` : `--${name}=${spec.form}`;
      return `  ${flag}\n      ${spec.help} (default: ${spec.default === '' ? 'none' : spec.default})\n`;
    })
    .join('');
