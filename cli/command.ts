/** What a command of `oneext` is, and how its options are read and shown. */
import { parseArgs } from 'node:util';
import { commonError } from '../lib/errors/common-errors.ts';
import { type OneExtError, reasonOf } from '../lib/errors/oneext-error.ts';

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

export interface VerbOption {
  /** What a value looks like; '' for a flag that takes none. */
  readonly form: string;
  readonly help: string;
  readonly multiple?: boolean;
}
export type GivenValues = Readonly<
  Record<string, string | boolean | readonly (string | boolean)[] | undefined>
>;

/** A command that has verbs: `oneext token create`. */
export interface VerbGroup {
  readonly about: string;
  readonly verbs: readonly Verb[];
}

/** What is done: a verb of a command (`oneext token create`), or a command that has none (`oneext doctor`). */
export interface Verb {
  readonly name: string;
  readonly summary: string;
  /** What stands after the options: `[FILE]`, `[HOST...]` for any number, or ''. */
  readonly operands: string;
  readonly details: string;
  readonly options: Readonly<Record<string, VerbOption>>;
  readonly run: (given: Given, terminal: Terminal) => Promise<void>;
}

export interface Given {
  readonly values: GivenValues;
  readonly operands: readonly string[];
}

export const usageError = (problems: string): OneExtError => commonError('USAGE', { problems });

/** The value of an option that is given once at most. */
export const textOf = (given: Given, name: string): string | undefined => {
  const value = given.values[name];
  return typeof value === 'string' ? value : undefined;
};
export const textsOf = (given: Given, name: string): readonly string[] => {
  const value = given.values[name];
  return Array.isArray(value) ? value.map(String) : [];
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
  const rows = Object.entries(options).map(
    ([option, { form, help }]) => [form === '' ? `--${option}` : `--${option} ${form}`, help] as const,
  );
  const operandsShown = operands === '' ? '' : ` ${operands}`;
  return `Usage: ${program} [OPTION...]${operandsShown}

${summary[0]?.toUpperCase()}${summary.slice(1)}.${details === '' ? '' : `\n\n${details}`}

${pad([...rows, ['--help', 'show this']])}`;
};

const mostOperands = (operands: string): number => {
  if (operands === '') return 0;
  return operands.includes('...') ? Number.POSITIVE_INFINITY : 1;
};

const parseVerb = (verb: Verb, argv: readonly string[]): Given => {
  const options = Object.fromEntries(
    Object.entries(verb.options).map(([name, { form, multiple }]) => [
      name,
      { type: form === '' ? ('boolean' as const) : ('string' as const), multiple: multiple ?? false },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
    if (positionals.length > mostOperands(verb.operands))
      throw new Error(`${JSON.stringify(positionals.at(-1))} is too much`);
    return { values, operands: positionals };
  } catch (thrown) {
    throw usageError(reasonOf(thrown));
  }
};

const asksForHelp = (argument: string | undefined): boolean => argument === '--help' || argument === '-h';

const runVerb = async (
  program: string,
  verb: Verb,
  argv: readonly string[],
  terminal: Terminal,
): Promise<void> => {
  if (argv.some(asksForHelp)) return terminal.writeResult(formatVerbHelp(program, verb));
  await verb.run(parseVerb(verb, argv), terminal);
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
  const verb = verbs.find((one) => one.name === name);
  if (verb === undefined) {
    const names = verbs.map((one) => one.name).join(', ');
    throw usageError(
      `${program} needs one of ${names}${name === undefined ? '' : `, not ${JSON.stringify(name)}`}`,
    );
  }
  await runVerb(`${program} ${verb.name}`, verb, rest, terminal);
};
