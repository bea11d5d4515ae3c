/**
 * Takes a sample line of the Prometheus text format apart, tolerantly: agents write labels twice, in any
 * order, and braces inside of label values. Works on bytes: lines are long, and little of them is wanted.
 */

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const space = 0x20;

/** Whether the bytes between the two places begin so; quicker than Buffer.compare for short names. */
export const beginsWith = (bytes: Buffer, at: number, to: number, expected: Buffer): boolean => {
  if (to - at < expected.length) return false;
  for (let i = 0; i < expected.length; i += 1) if (bytes[at + i] !== expected[i]) return false;
  return true;
};

export type LabelReader = (line: Buffer) => string | undefined;

/**
 * A function that reads one label's value from a line: of two labels with that name the first, as it is
 * written (escapes stay), at most its first `most` bytes.
 */
export const createLabelReader = (name: string, most: number): LabelReader => {
  const start = Buffer.from(`${name}="`);
  return (line) => {
    for (let at = line.indexOf(start); at > 0; at = line.indexOf(start, at + 1)) {
      const before = line[at - 1];
      if (before !== openBrace && before !== comma && before !== space) continue;
      const from = at + start.length;
      const limit = Math.min(line.length, from + most);
      let to = from;
      while (to < limit && line[to] !== quote) to += line[to] === backslash ? 2 : 1;
      return line.toString('utf8', from, Math.min(to, limit));
    }
    return undefined;
  };
};

/** A label's value without its escapes; '' where there is none. */
export const unescapeLabel = (text: string | undefined): string =>
  text?.includes('\\') === true
    ? text.replaceAll(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character))
    : (text ?? '');

/**
 * All labels of a line, their escapes resolved; of two with one name the first. What follows a value that does not
 * end is not read.
 */
export const labelsOf = (line: Buffer): ReadonlyMap<string, string> => {
  const labels = new Map<string, string>();
  const text = line.toString('utf8', line.indexOf(openBrace) + 1);
  const label = /[\s,]*(\w+)\s*=\s*"((?:[^"\\]|\\.)*)"/y;
  for (let found = label.exec(text); found !== null; found = label.exec(text))
    if (!labels.has(found[1] ?? '')) labels.set(found[1] ?? '', unescapeLabel(found[2]));
  return labels;
};

/** The id of an object of OpenNebula, as a label has it. */
export const parseIdLabel = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;

const parseValue = (text: string): number => {
  if (/^\+?inf$/i.test(text)) return Number.POSITIVE_INFINITY;
  if (/^-inf$/i.test(text)) return Number.NEGATIVE_INFINITY;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
};

/** A quote within a label's value is escaped: what an exemplar looks like at the end of a line is one. */
const exemplar = /\s#\s*\{(?:\s*\w+\s*=\s*"[^"]*"\s*,?)*\s*\}[^"]*$/;

/**
 * The value of a line, after its last brace or its name; `NaN` where it has none that is a number, and where an
 * exemplar follows it, whose own value would stand there; no agent of ours writes exemplars.
 */
export const sampleValueOf = (line: Buffer): number => {
  if (line.includes(' # {') && exemplar.test(line.toString('latin1'))) return Number.NaN;
  let from = line.length - 1;
  while (from >= 0 && line[from] !== closeBrace && line[from] !== quote) from -= 1;
  if (line[from] === quote) return Number.NaN;
  if (from < 0) from = line.indexOf(space);
  if (from < 0) return Number.NaN;
  const words = line
    .toString('latin1', from + 1)
    .trim()
    .split(/\s+/, 3);
  return words.length > 2 ? Number.NaN : parseValue(words[0] ?? '');
};
