/** Completion of `oneext` for fish. */
import {
  type CommandLine,
  type DescribedCommand,
  type Expected,
  expectedBy,
  helpOption,
  pathOf,
  verbsOf,
} from '../command-table.ts';

const quote = (word: string): string => `'${word.replaceAll(/[\\']/g, '\\$&')}'`;

const completeValue = (expected: Expected): string => {
  if (expected.kind === 'choices') return ` -x -a ${quote(expected.choices.join(' '))}`;
  return {
    nothing: '',
    text: ' -x',
    files: ' -r -F',
    folders: " -x -a '(__fish_complete_directories)'",
  }[expected.kind];
};

const row = (path: string, rest: string): string =>
  `complete -c oneext -n ${quote(path === '' ? '__oneext_at' : `__oneext_at ${path}`)} ${rest}\n`;

const formatLine = (line: CommandLine): string => {
  const path = pathOf(line);
  const options = [...Object.entries(line.options), helpOption].map(([name, { form, help }]) =>
    row(path, `-l ${name}${completeValue(expectedBy(form))} -d ${quote(help)}`),
  );
  const operands = expectedBy(line.operands).kind;
  const files = operands === 'files' || operands === 'folders' ? [row(path, '-F')] : [];
  return [...options, ...files].join('');
};

const formatCommand = (command: DescribedCommand): string => {
  const { name, summary, about, lines } = command;
  const own = row('', `-a ${name} -d ${quote(summary)}`);
  if (about === undefined) return own + lines.map(formatLine).join('');
  const verbs = lines.map((line) => row(name, `-a ${line.words[1]} -d ${quote(line.summary)}`));
  return own + verbs.join('') + row(name, "-l help -d 'list the verbs'") + lines.map(formatLine).join('');
};

export const formatFishCompletion = (commands: readonly DescribedCommand[]): string => {
  const groups = commands.filter((command) => verbsOf(command).length > 0).map(({ name }) => name);
  return `# Completion of oneext for fish. Generated from the table of its commands.

# Whether these are the command, and the verb if it has any, that were typed before the word that is completed.
function __oneext_at
    set -l typed (commandline -opc)[2..-1]
    set -l path $typed[1]
    contains -- "$path" ${groups.join(' ')}; and set path $typed[1..2]
    test "$path" = "$argv"
end

complete -c oneext -f
${row('', "-l help -d 'list the commands'")}${row('', "-l version -d 'show the version'")}${commands.map(formatCommand).join('')}`;
};
