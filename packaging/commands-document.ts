/** docs/commands.md: every command of `oneext` as --help shows it. */
import { type CommandLine, type DescribedCommand, helpOption } from './command-table.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
const sentence = (text: string): string => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}.`;

const formatLine = ({ words, summary, operands, details, options }: CommandLine): string => {
  const synopsis = ['oneext', ...words, '[OPTION...]', ...(operands === '' ? [] : [operands])].join(' ');
  const rows = [...Object.entries(options), helpOption].map(
    ([name, { form, help }]) => `| \`--${name}${form === '' ? '' : ` ${cell(form)}`}\` | ${cell(help)} |\n`,
  );
  const more = details === '' ? '' : `\n\`\`\`\n${details.trim()}\n\`\`\`\n`;
  return `### \`${synopsis}\`\n\n${sentence(summary)}\n${more}\n| option | meaning |\n| --- | --- |\n${rows.join('')}`;
};

const formatCommand = ({ name, summary, about, lines }: DescribedCommand): string =>
  `## oneext ${name}\n\n${about ?? sentence(summary)}\n\n${lines.map(formatLine).join('\n')}`;

/** @param note that the document is generated */
export const formatCommandsDocument = (commands: readonly DescribedCommand[], note: string): string =>
  `# Commands of oneext\n\n${note}\nThe same stands in the manual page, oneext(1).\n\n${commands.map(formatCommand).join('\n')}`;
