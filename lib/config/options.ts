/**
 * What an option is: one name in flags, environment and file.
 *
 * `--power.agent-timeout=5s`, `ONEEXT_POWER_AGENT_TIMEOUT=5s`, and in oneext.yaml `power: {agent_timeout: 5s}`.
 * How options are read from there stands in read-flags.ts, read-places.ts and resolve.ts.
 */
import { parseDurationMs } from '../units/duration.ts';

export interface OptionSpec<T> {
  readonly help: string;
  /** What a value looks like, for --help and the sample file: `DURATION`, `omit|zero`; '' takes no value. */
  readonly form: string;
  /** As it would be written in a file. Without a default, the option must be given unless it `isOptional`. */
  readonly default?: string;
  readonly isOptional?: true;
  /** May be given several times; each value is parsed alone, and all of them count. */
  readonly isList?: true;
  /** Of a command line only: it stands neither in the environment nor in the file. */
  readonly isFlagOnly?: true;
  /** The value, or what a value must be. Of a list, the value is a list of one. */
  readonly parse: (text: string) => { readonly value: T } | { readonly mustBe: string };
}
export type OptionTable = Readonly<Record<string, OptionSpec<unknown>>>;
export type OptionValues<Table extends OptionTable> = {
  readonly [Name in keyof Table]: Table[Name] extends OptionSpec<infer T> ? T : never;
};

type OptionText = Pick<OptionSpec<unknown>, 'help' | 'default'>;

export const textOption = (spec: OptionText, form = 'TEXT'): OptionSpec<string> => ({
  ...spec,
  form,
  parse: (text) => ({ value: text }),
});

const parseBoolean = (text: string) =>
  text === 'true' || text === 'false' ? { value: text === 'true' } : { mustBe: 'true or false' };

export const booleanOption = (spec: OptionText): OptionSpec<boolean> => ({
  ...spec,
  form: 'true|false',
  parse: parseBoolean,
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

/** Of a number that is written with digits and at most one point; else NaN. */
export const parsePlainNumber = (text: string): number =>
  /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;

/** A whole number. */
export const countOption = (
  spec: OptionText,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): OptionSpec<number> => ({
  ...spec,
  form: 'N',
  parse: (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return { value };
    return {
      mustBe:
        most === Number.MAX_SAFE_INTEGER ? `a number from ${least}` : `a number from ${least} to ${most}`,
    };
  },
});

/** `--json`: false unless it is given. It takes no value. */
export const switchOption = (help: string): OptionSpec<boolean> => ({
  help,
  form: '',
  default: 'false',
  isFlagOnly: true,
  parse: parseBoolean,
});

/** May be left out: its value is `undefined` then. */
export const optional = <T>(spec: OptionSpec<T>): OptionSpec<T | undefined> => ({
  ...spec,
  isOptional: true,
});

/**
 * May be given several times; all values count. In the environment (and in the default) white space separates
 * them; in the file they are a list, or a single value.
 */
export const listOption = <T>(spec: OptionSpec<T>): OptionSpec<readonly T[]> => ({
  ...spec,
  isList: true,
  parse: (text) => {
    const parsed = spec.parse(text);
    return 'value' in parsed ? { value: [parsed.value] } : parsed;
  },
});

/** Options of a command line only. */
export const flagsOnly = <const Table extends OptionTable>(table: Table): Table =>
  Object.fromEntries(Object.entries(table).map(([name, spec]) => [name, { ...spec, isFlagOnly: true }])) as {
    readonly [Name in keyof Table]: Table[Name];
  };

/** `--[no-]NAME`: its value may be left out. */
export const isBoolean = ({ form }: OptionSpec<unknown>): boolean => form === 'true|false';

export const environmentName = (option: string): string =>
  `ONEEXT_${option.toUpperCase().replaceAll(/[.-]/g, '_')}`;

/** `power.agent-timeout` is `agent_timeout` below `power` in a file. */
export const fileName = (option: string): string => option.replaceAll('-', '_');

/** Those that may stand in the environment and in the file too. */
export const configurable = (table: OptionTable): OptionTable =>
  Object.fromEntries(Object.entries(table).filter(([, spec]) => spec.isFlagOnly !== true));

/** Where an option's value stood, for messages. */
export type Origin = 'flag' | 'environment' | 'file';
export interface GivenOption {
  readonly origin: Origin;
  /** As it was written: `--power.agent-url`, `ONEEXT_POWER_AGENT_URL`, `power.agent_url in FILE`. */
  readonly shown: string;
  /** One, or of a list any number. */
  readonly texts: readonly string[];
}
export type GivenPlace = ReadonlyMap<string, GivenOption>;
