/** The manual page oneext(1): packaging/oneext.1 with what the table of commands says, in man(7). */
import { type CommandLine, type DescribedCommand, helpOption } from './command-table.ts';
import { fillTemplate } from './fill-template.ts';

const width = 78;

/** Text as it is, whatever roff takes for its own: what is pasted from the page must work. */
export const escapeRoff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti');

/** A line that begins with a point would be a request. */
const guard = (line: string): string => (line.startsWith('.') ? `\\&${line}` : line);

/** Escaped words in lines that people can read; roff fills them anew. */
const fill = (text: string): string => {
  const lines: string[] = [];
  let line = '';
  for (const word of escapeRoff(text).split(/\s+/).filter(Boolean)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one) => `${guard(one)}\n`).join('');
};

/** Of help's texts: what is indented stands as it is, all else is filled. */
const formatParagraph = (paragraph: string): string => {
  const lines = paragraph.split('\n');
  if (!lines.some((line) => /^\s/.test(line))) return `.PP\n${fill(paragraph)}`;
  return `.PP\n.EX\n${lines.map((line) => `${guard(escapeRoff(line))}\n`).join('')}.EE\n`;
};
const formatParagraphs = (text: string): string =>
  text
    .split(/\n\s*\n/)
    .filter((paragraph) => paragraph.trim() !== '')
    .map((paragraph) => formatParagraph(paragraph.replaceAll(/^\n+|\s+$/g, '')))
    .join('');

const sentence = (text: string): string =>
  `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;

const formatOption = (name: string, form: string, help: string): string =>
  `.TP\n\\fB\\-\\-${escapeRoff(name)}\\fR${form === '' ? '' : ` \\fI${escapeRoff(form)}\\fR`}\n${fill(sentence(help))}`;

const formatLine = ({ words, summary, operands, details, options }: CommandLine): string => {
  const synopsis = ['oneext', ...words, '[OPTION...]', ...(operands === '' ? [] : [operands])].join(' ');
  const rows = [...Object.entries(options), helpOption];
  return [
    `.SS "${escapeRoff(synopsis)}"\n`,
    fill(sentence(summary)),
    formatParagraphs(details),
    ...rows.map(([name, { form, help }]) => formatOption(name, form, help)),
  ].join('');
};

const formatCommand = ({ name, about, lines }: DescribedCommand): string =>
  (about === undefined ? '' : `.SS "oneext ${escapeRoff(name)}"\n${fill(about)}`) +
  lines.map(formatLine).join('');

export interface ManualFacts {
  readonly version: string;
  /** Of the page: YYYY-MM-DD. */
  readonly date: string;
}

export const formatManual = (
  template: string,
  commands: readonly DescribedCommand[],
  { version, date }: ManualFacts,
): string =>
  fillTemplate(template, {
    VERSION: version,
    DATE: date,
    SUMMARIES: commands
      .map(({ name, summary }) => `.TP\n\\fB${escapeRoff(name)}\\fR\n${fill(sentence(summary))}`)
      .join(''),
    COMMANDS: commands.map(formatCommand).join(''),
  });
