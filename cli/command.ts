/** What a command of `oneext` is, and how its options are read and shown. */
import { formatHelp } from '../lib/config/format-options.ts';
import { suggestion } from '../lib/config/nearest.ts';
import { type OptionTable, switchOption } from '../lib/config/options.ts';
import { commonError } from '../lib/errors/common-errors.ts';
import type { OneExtError } from '../lib/errors/oneext-error.ts';
import { type GivenOptions, readOptions } from '../lib/io/read-options.ts';

/** What a command may do with the terminal. Results go to stdout; notes, for people, to stderr. */
export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  readonly writeResult: (text: string) => void;
  readonly writeNote: (text: string) => void;
  /** Whether keys are read from a terminal and results go to one. */
  readonly isInteractive: boolean;
  /** Whether results go to a terminal that may be coloured (https://no-color.org). */
  readonly hasColour: boolean;
  /** Of the terminal that results go to; `undefined` where they go elsewhere. */
  readonly columns: number | undefined;
}

/** A command: `oneext NAME ...`. What it needs is loaded when it is called. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Verb | VerbGroup>;
}

/** A command that has verbs: `oneext token create`. */
export interface VerbGroup {
  readonly about: string;
  readonly verbs: readonly Verb[];
}

/** What is done: a verb of a command (`oneext token create`), or a command that has none (`oneext doctor`). */
export interface Verb {
  readonly name: string;
  readonly summary: string;
  /** What stands besides options: `[FILE]`, `[HOST...]` for any number, or ''. */
  readonly operands: string;
  readonly details: string;
  readonly options: OptionTable;
  readonly start: (argv: readonly string[], terminal: Terminal) => Promise<void>;
}

/** What was given, with the types of the table: `given.options.jobs` is a number. */
export type Given<Table extends OptionTable> = Pick<GivenOptions<Table>, 'options' | 'operands'>;

export interface VerbDefinition<Table extends OptionTable, More extends OptionTable>
  extends Omit<Verb, 'start' | 'options'> {
  readonly options: Table;
  /** Options of other programs, which are read from the environment and the file, and are no flags here. */
  readonly alsoReads?: More;
  /** The sections of oneext.yaml whose unknown keys stand in `given.unknownKeys`. */
  readonly answersFor?: readonly string[];
  /** Pairs of flags of which only one may be given. */
  readonly exclusive?: readonly (readonly [string, string])[];
  /** A file of configuration that is broken is left out, and is named in `given.fileProblem`. */
  readonly toleratesBrokenFile?: boolean;
  readonly run: (given: GivenOptions<Table & More>, terminal: Terminal) => Promise<void>;
}

export const defineVerb = <Table extends OptionTable, More extends OptionTable = Record<never, never>>(
  definition: VerbDefinition<Table, More>,
): Verb => {
  const { name, summary, operands, details, options, run } = definition;
  const { alsoReads, answersFor = [], exclusive = [], toleratesBrokenFile = false } = definition;
  // What is spread has the types of both tables, as the intersection says.
  const table = { ...alsoReads, ...options } as Table & More;
  const notFlags = new Set(Object.keys(alsoReads ?? {}).filter((one) => !Object.hasOwn(options, one)));
  return {
    ...{ name, summary, operands, details, options },
    start: async (argv, terminal) => {
      const { environment } = terminal;
      const places = { table, notFlags, argv, environment, operands, answersFor, exclusive };
      const given = await readOptions({ ...places, toleratesBrokenFile, toleratesForbiddenFile: true });
      const { fileProblem } = given;
      if (fileProblem !== undefined && !toleratesBrokenFile)
        terminal.writeNote(`${fileProblem.message}; the defaults take its place\n`);
      await run(given, terminal);
    },
  };
};

/** Of every verb that can be asked what it would do. */
export const checkOption = switchOption(
  'say what would change, and change nothing; exit code 10 if something would change, else 0',
);

export const usageError = (problems: string): OneExtError => commonError('USAGE', { problems });

/** The command or verb of that name; fails with USAGE, with the nearest name and all that there are. */
export const findNamed = <Entry extends { readonly name: string }>(
  program: string,
  entries: readonly Entry[],
  name: string | undefined,
): Entry => {
  const found = entries.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  const names = entries.map((entry) => entry.name);
  const problem =
    name === undefined
      ? `${program} needs a command`
      : `unknown command ${JSON.stringify(name)}${suggestion(name, names)}`;
  throw usageError(`${problem}; ${program} has ${names.join(', ')}`);
};

const pad = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join('');
};

export const formatList = (
  program: string,
  about: string,
  entries: readonly { readonly name: string; readonly summary: string }[],
): string => `Usage: ${program} COMMAND [OPTION...]

${about}

${pad(entries.map(({ name, summary }) => [name, summary]))}
${program} COMMAND --help tells more.
`;

const formatVerbHelp = (program: string, { summary, operands, details, options }: Verb): string => {
  const operandsShown = operands === '' ? '' : ` ${operands}`;
  return `Usage: ${program} [OPTION...]${operandsShown}

${summary[0]?.toUpperCase()}${summary.slice(1)}.${details === '' ? '' : `\n\n${details}`}

${formatHelp(options)}  --help
      show this
`;
};

const asksForHelp = (argument: string | undefined): boolean => argument === '--help' || argument === '-h';

const runVerb = async (
  program: string,
  verb: Verb,
  argv: readonly string[],
  terminal: Terminal,
): Promise<void> => {
  const end = argv.indexOf('--');
  if ((end === -1 ? argv : argv.slice(0, end)).some(asksForHelp))
    return terminal.writeResult(formatVerbHelp(program, verb));
  await verb.start(argv, terminal);
};

/** Runs a command, or of a group the verb that `argv` begins with; or shows help. */
export const runCommandLine = async (
  program: string,
  command: Verb | VerbGroup,
  argv: readonly string[],
  terminal: Terminal,
): Promise<void> => {
  if (!('verbs' in command)) return runVerb(program, command, argv, terminal);
  const { about, verbs } = command;
  const [name, ...rest] = argv;
  if (asksForHelp(name)) return terminal.writeResult(formatList(program, about, verbs));
  const verb = findNamed(program, verbs, name);
  await runVerb(`${program} ${verb.name}`, verb, rest, terminal);
};
