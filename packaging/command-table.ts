/** The command lines of `oneext`, for its manual page, completions and docs/commands.md. */
import type { Command, Verb } from '../cli/command.ts';
import { describeOption } from '../lib/config/format-options.ts';
import type { OptionTable } from '../lib/config/options.ts';

/** An option as it is shown. */
export interface ShownOption {
  /** What a value looks like; '' for a flag that takes none. */
  readonly form: string;
  /** What it means, and its default. */
  readonly help: string;
  readonly isList: boolean;
}

export interface CommandLine extends Pick<Verb, 'summary' | 'operands' | 'details'> {
  readonly options: Readonly<Record<string, ShownOption>>;
  /** The same, as they are read. */
  readonly table: OptionTable;
  /** What stands after `oneext`: `['token', 'create']`, `['doctor']`. */
  readonly words: readonly string[];
}

export interface DescribedCommand {
  readonly name: string;
  readonly summary: string;
  /** Of a command that has verbs: what they have in common. */
  readonly about?: string;
  /** One for each verb, or one alone. */
  readonly lines: readonly CommandLine[];
}

const showOptions = (table: OptionTable): CommandLine['options'] =>
  Object.fromEntries(
    Object.entries(table).map(([name, spec]) => [
      name,
      { form: spec.form, help: describeOption(spec), isList: spec.isList === true },
    ]),
  );

const describeVerb = (verb: Verb, words: readonly string[]): CommandLine => ({
  ...verb,
  options: showOptions(verb.options),
  table: verb.options,
  words,
});

const describe = async ({ name, summary, load }: Command): Promise<DescribedCommand> => {
  const loaded = await load();
  if (!('verbs' in loaded)) return { name, summary, lines: [describeVerb(loaded, [name])] };
  const lines = loaded.verbs.map((verb) => describeVerb(verb, [name, verb.name]));
  return { name, summary, about: loaded.about, lines };
};

export const describeCommands = (commands: readonly Command[]): Promise<readonly DescribedCommand[]> =>
  Promise.all(commands.map(describe));

/** What may stand where a value is asked for. */
export type Expected =
  | { readonly kind: 'nothing' | 'files' | 'folders' | 'text' }
  | { readonly kind: 'choices'; readonly choices: readonly string[] };

/** From the form of an option or operand as --help shows it: `FILE`, `[FILE...]`, `omit|zero`, '' for none. */
export const expectedBy = (form: string): Expected => {
  if (form === '') return { kind: 'nothing' };
  const name = form.replaceAll(/[[\]]|,?\.\.\./g, '');
  if (name === 'FILE' || name === 'PROGRAM') return { kind: 'files' };
  if (name === 'FOLDER') return { kind: 'folders' };
  if (/^[a-z0-9-]+(\|[a-z0-9-]+)+$/.test(name)) return { kind: 'choices', choices: name.split('|') };
  return { kind: 'text' };
};

/** `token create`, as shells compare it with what was typed. */
export const pathOf = ({ words }: CommandLine): string => words.join(' ');

/** The words that may follow the command: its verbs, or none. */
export const verbsOf = ({ about, lines }: DescribedCommand): readonly string[] =>
  about === undefined ? [] : lines.flatMap(({ words }) => words[1] ?? []);

export const helpOption: readonly [string, ShownOption] = [
  'help',
  { form: '', help: 'show this', isList: false },
];
