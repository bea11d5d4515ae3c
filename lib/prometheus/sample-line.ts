/**
 * Takes a sample line of the Prometheus text format apart, tolerantly: agents write labels twice, in any
 * order, and braces inside of label values.
 */

/** The value of a label in the text of a sample line; of two with one name the first, still escaped. */
export const labelValueIn = (line: string, name: string): string | undefined => {
  const label = new RegExp(`[{,]\\s*${name}="((?:[^"\\\\]|\\\\.)*)"`).exec(line);
  return label?.[1];
};

/** The value of a sample line; `NaN` where the line has none that is a number. A timestamp may follow. */
export const sampleValueOf = (line: string): number => {
  const match = /(?:\}|^[\w:]+)\s*([^\s{}"]+)(?:\s+-?\d+)?\s*$/.exec(line);
  const text = match?.[1];
  if (text === undefined) return Number.NaN;
  if (/^\+?inf$/i.test(text)) return Number.POSITIVE_INFINITY;
  if (/^-inf$/i.test(text)) return Number.NEGATIVE_INFINITY;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
};
