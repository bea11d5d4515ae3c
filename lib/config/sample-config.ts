/** Writes oneext.yaml.sample: complete, commented out, with the defaults. */
import { configurable, environmentName, fileName, type OptionTable } from './options.ts';

const head = `# /etc/one/oneext.yaml: configuration of opennebula-extensions.
#
# Everything works without this file. Each value below is the default.
# The same names serve as flags (--power.agent-timeout=5s) and in the environment
# (${environmentName('power.agent-timeout')}=5s); flags win over the environment, the environment over this file.
`;

const formatScalar = (text: string): string => (/^[\w.]+$/.test(text) ? text : JSON.stringify(text));
const formatList = (text: string): string =>
  `[${text
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => JSON.stringify(word))
    .join(', ')}]`;

/** @param notes further lines of a section: what is more than one value */
export const formatSampleConfig = (
  table: OptionTable,
  notes: Readonly<Record<string, readonly string[]>> = {},
): string => {
  const sections = new Map<string, string[]>();
  for (const [name, { help, form, isList, default: fallback = '' }] of Object.entries(configurable(table))) {
    if (name === 'config.file') continue;
    const [section = '', ...rest] = fileName(name).split('.');
    const lines = sections.get(section) ?? [];
    sections.set(section, lines);
    const indented = rest.map((key, depth) => `# ${'  '.repeat(depth + 1)}${key}:`);
    const value = isList === true ? formatList(fallback) : formatScalar(fallback);
    lines.push(`#   # ${help} (${form})`, ...indented.slice(0, -1), `${indented.at(-1)} ${value}`);
  }
  const body = [...sections].map(([section, lines]) => {
    const all = [...lines, ...(notes[section] ?? []).map((line) => `#   ${line}`)];
    return `\n# ${section}:\n${all.join('\n')}\n`;
  });
  return head + body.join('');
};
