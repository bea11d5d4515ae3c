/** Writes new YAML in the style of OpenNebula's own prometheus.yml: blocks, with lists of strings in one line. */

export type YamlValue = string | readonly YamlValue[] | { readonly [key: string]: YamlValue };

const isList = (value: YamlValue): value is readonly YamlValue[] => Array.isArray(value);

/** Job names and paths need no quotes; everything else has them, so that no reader takes it for a number. */
const formatScalar = (text: string): string => {
  if (/^[A-Za-z/][\w/.-]*$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text)) return text;
  return /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/.test(text)
    ? JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
    : `'${text.replaceAll("'", "''")}'`;
};

/** In one line inside of a block. */
const formatInline = (value: YamlValue): string => {
  if (typeof value === 'string') return formatScalar(value);
  if (isList(value)) return `[${value.map(formatInline).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([key, one]) => `${formatScalar(key)}: ${formatInline(one)}`)
    .join(', ')}}`;
};

/** A pair in flow style. All that stands in flow style is JSON too: a file that was JSON stays so. */
export const formatFlowPair = (key: string, value: YamlValue): string =>
  `${JSON.stringify(key)}: ${formatFlow(value)}`;

/** In flow style, as it may stand anywhere. */
export const formatFlow = (value: YamlValue): string => {
  if (typeof value === 'string') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(formatFlow).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([key, one]) => formatFlowPair(key, one))
    .join(', ')}}`;
};

const isBlock = (value: YamlValue, key: string): boolean =>
  isList(value)
    ? value.some((one) => typeof one !== 'string')
    : typeof value !== 'string' && key !== 'labels';

/** The pair's lines, without indentation. */
const formatPair = (key: string, value: YamlValue): readonly string[] =>
  isBlock(value, key) ? [`${key}:`, ...formatNested(value)] : [`${key}: ${formatInline(value)}`];

const formatNested = (value: YamlValue): readonly string[] => {
  if (typeof value === 'string') return [formatScalar(value)];
  return isList(value) ? value.flatMap(formatItem) : formatPairs(value).map((line) => `  ${line}`);
};

const formatPairs = (value: { readonly [key: string]: YamlValue }): readonly string[] =>
  Object.entries(value).flatMap(([key, one]) => formatPair(key, one));

/** The lines of a pair of a mapping that is written as a block. */
export const formatBlockPair = formatPair;

/** The lines of an item of a list that is written as a block. */
export const formatItem = (value: YamlValue): readonly string[] => {
  if (typeof value === 'string' || isList(value)) return [`- ${formatInline(value)}`];
  return formatPairs(value).map((line, at) => (at === 0 ? `- ${line}` : `  ${line}`));
};
