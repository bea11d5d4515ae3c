/** Completion of `oneext` for bash, loaded by the package bash-completion. It needs nothing of that package. */
import {
  type CommandLine,
  type DescribedCommand,
  type Expected,
  expectedBy,
  pathOf,
  verbsOf,
} from '../command-table.ts';

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

const actions = { nothing: 'none', text: 'none', files: 'files', folders: 'folders' } as const;
const actionFor = (expected: Expected): string =>
  expected.kind === 'choices' ? quote(expected.choices.join(' ')) : actions[expected.kind];

const formatLine = (line: CommandLine): string => {
  const options = Object.entries(line.options);
  const names = [...options.map(([name]) => name), 'help'].map((name) => `--${name}`).join(' ');
  const cases = options
    .filter(([, { form }]) => form !== '')
    .map(([name, { form }]) => `        --${name}) value=${actionFor(expectedBy(form))} ;;\n`);
  const values = cases.length === 0 ? '' : `      case $option in\n${cases.join('')}      esac\n`;
  return `    ${quote(pathOf(line))})\n      words=${quote(names)} operands=${actionFor(expectedBy(line.operands))}\n${values}      ;;\n`;
};

const formatGroup = (command: DescribedCommand): string => {
  const verbs = verbsOf(command);
  return verbs.length === 0
    ? ''
    : `    ${quote(command.name)}) words=${quote([...verbs, '--help'].join(' '))} ;;\n`;
};

export const formatBashCompletion = (commands: readonly DescribedCommand[]): string => {
  const groups = commands.filter((command) => verbsOf(command).length > 0).map(({ name }) => name);
  return `# Completion of oneext for bash. Generated from the table of its commands.

_oneext() {
  local current=\${COMP_WORDS[COMP_CWORD]} option='' path='' words='' operands=none value='' at=$COMP_CWORD
  # --option=VALUE comes as three words.
  if [[ $current == '=' ]]; then
    current='' option=\${COMP_WORDS[COMP_CWORD - 1]}
  else
    [[ \${COMP_WORDS[COMP_CWORD - 1]} != '=' ]] || at=$((COMP_CWORD - 1))
    option=\${COMP_WORDS[at - 1]}
  fi
  ((COMP_CWORD < 2)) || path=\${COMP_WORDS[1]}
  case $path in
    ${groups.length === 0 ? "''" : groups.map(quote).join(' | ')}) ((COMP_CWORD < 3)) || path+=" \${COMP_WORDS[2]}" ;;
  esac
  case $path in
    '') words=${quote([...commands.map(({ name }) => name), '--help', '--version'].join(' '))} ;;
${commands.map((command) => formatGroup(command) + command.lines.map(formatLine).join('')).join('')}  esac
  COMPREPLY=()
  if [[ -z $value ]]; then
    case $current in
      -*) value=$words ;;
      *) if [[ $operands == none ]]; then value=$words; else value=$operands; fi ;;
    esac
  fi
  case $value in
    none) ;;
    files) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    folders) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$value" -- "$current") ;;
  esac
}

complete -F _oneext oneext
`;
};
