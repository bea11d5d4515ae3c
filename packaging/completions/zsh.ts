/** Completion of `oneext` for zsh: the function _oneext. */
import {
  type CommandLine,
  type DescribedCommand,
  type Expected,
  expectedBy,
  helpOption,
  pathOf,
  type ShownOption,
  verbsOf,
} from '../command-table.ts';

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
/** In what _arguments and _describe take, colons and brackets part one thing from the next. */
const escapeSpec = (text: string): string => text.replaceAll(/[\\:[\]]/g, '\\$&');

const actionFor = (expected: Expected): string => {
  if (expected.kind === 'choices') return `(${expected.choices.join(' ')})`;
  return { nothing: '', text: ' ', files: '_files', folders: '_files -/' }[expected.kind];
};

const formatOption = ([name, { form, help, isList }]: readonly [string, ShownOption]): string => {
  const value = form === '' ? '' : `:${escapeSpec(form)}:${actionFor(expectedBy(form))}`;
  return `${isList ? '*' : ''}--${name}${form === '' ? '' : '='}[${escapeSpec(help)}]${value}`;
};
const formatOperand = (operands: string): string =>
  `${operands.includes('...') ? '*' : ''}:${escapeSpec(operands)}:${actionFor(expectedBy(operands))}`;

const formatLine = (line: CommandLine): string => {
  const specs = [
    ...[...Object.entries(line.options), helpOption].map(formatOption),
    ...(line.operands === '' ? [] : [formatOperand(line.operands)]),
  ];
  const shown = specs.map((spec) => ` \\\n        ${quote(spec)}`).join('');
  return `    ${quote(pathOf(line))})\n      _arguments -S${shown}\n      ;;\n`;
};

const formatWords = (entries: readonly { readonly name: string; readonly summary: string }[]): string =>
  entries.map(({ name, summary }) => `        ${quote(`${name}:${escapeSpec(summary)}`)}\n`).join('');

const formatGroup = (command: DescribedCommand): string => {
  if (verbsOf(command).length === 0) return '';
  const verbs = command.lines.map(({ words, summary }) => ({ name: words[1] ?? '', summary }));
  return `    ${quote(command.name)})\n      entries=(\n${formatWords(verbs)}      )\n      _describe verb entries\n      ;;\n`;
};

export const formatZshCompletion = (commands: readonly DescribedCommand[]): string => {
  const groups = commands.filter((command) => verbsOf(command).length > 0).map(({ name }) => quote(name));
  return `#compdef oneext
# Completion of oneext for zsh. Generated from the table of its commands.

_oneext() {
  local typed=''
  local -a entries
  integer deep=1
  if ((CURRENT > 2)); then
    typed=$words[2] deep=2
    case $typed in
      ${groups.length === 0 ? "''" : groups.join(' | ')}) ((CURRENT == 3)) || { typed+=" $words[3]"; deep=3; } ;;
    esac
  fi
  # What follows takes the last word of the command for the program.
  ((CURRENT -= deep - 1))
  shift $((deep - 1)) words
  case $typed in
    '')
      entries=(
${formatWords(commands)}        '--help:list the commands'
        '--version:show the version'
      )
      _describe command entries
      ;;
${commands.map((command) => formatGroup(command) + command.lines.map(formatLine).join('')).join('')}  esac
}

_oneext "$@"
`;
};
