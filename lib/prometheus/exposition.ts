/**
 * Writes families as text: the Prometheus text format 0.0.4 or OpenMetrics 1.0.0.
 * https://github.com/prometheus/docs/blob/main/docs/instrumenting/exposition_formats.md
 * https://prometheus.io/docs/specs/om/open_metrics_spec/
 */
import type { FamilySamples, LabelText, MetricFamily } from './metric-family.ts';

export type ExpositionFormat = 'prometheus' | 'openmetrics';

export const contentTypes: Readonly<Record<ExpositionFormat, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** What must follow the last family. */
export const endOfExposition: Readonly<Record<ExpositionFormat, string>> = {
  prometheus: '',
  openmetrics: '# EOF\n',
};

const needsEscape = /[\\"\n]/;
const escapes = new Map([
  ['\\', '\\\\'],
  ['"', '\\"'],
  ['\n', '\\n'],
]);

export const escapeLabelValue = (value: string): string =>
  needsEscape.test(value) ? value.replaceAll(/[\\"\n]/g, (character) => escapes.get(character) ?? '') : value;

const escapeHelp = (help: string, format: ExpositionFormat): string =>
  format === 'openmetrics' ? escapeLabelValue(help) : help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

/** The same in both formats. Samples of one object share it, which saves most of the time of a large page. */
export const formatLabels = (names: readonly string[], values: readonly string[]): LabelText => {
  let text = '';
  for (let at = 0; at < names.length; at += 1) {
    text += `${at === 0 ? '{' : ','}${names[at]}="${escapeLabelValue(values[at] ?? '')}"`;
  }
  return text === '' ? '' : `${text}}`;
};

/** A value in the spelling of both formats: `1`, `0.1`, `NaN`, `+Inf`, `-Inf`. */
export const formatValue = (value: number): string => {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
};

const openMetricsTypes = new Map([['untyped', 'unknown']]);
const totalSuffix = '_total';

/** The name that stands in HELP and TYPE: in OpenMetrics, that of a counter lacks the `_total` of its samples. */
const headName = ({ name, type }: MetricFamily, format: ExpositionFormat): string =>
  format === 'openmetrics' && type === 'counter' && name.endsWith(totalSuffix)
    ? name.slice(0, -totalSuffix.length)
    : name;

const formatHead = (family: MetricFamily, format: ExpositionFormat): string => {
  const name = headName(family, format);
  const type = format === 'openmetrics' ? (openMetricsTypes.get(family.type) ?? family.type) : family.type;
  return `# HELP ${name} ${escapeHelp(family.help, format)}\n# TYPE ${name} ${type}\n`;
};

/** Characters after which a piece of a family is handed on: as much as is written to a client at once. */
const pieceLength = 60 * 1024;

/** The lines of a family's samples in pieces: of many samples none stays in memory but as text. */
function* formatSamples({ family, samples }: FamilySamples): Generator<string> {
  let text = '';
  for (const { labels, value, suffix = '' } of samples) {
    text += `${family.name}${suffix}${labels} ${formatValue(value)}\n`;
    if (text.length < pieceLength) continue;
    yield text;
    text = '';
  }
  yield text;
}

/** A family as text: its samples are spelled alike in both formats, its head is not. */
export interface EncodedFamily {
  readonly family: MetricFamily;
  /** In pieces: a large page is never copied as a whole. */
  readonly samples: readonly Buffer[];
}

/** Reads the samples of all families, once. */
export const encodeSamples = (families: Iterable<FamilySamples>): readonly EncodedFamily[] =>
  [...families].map(({ family, samples }) => ({
    family,
    samples: Array.from(formatSamples({ family, samples }), (piece) => Buffer.from(piece)),
  }));

/** All families in UTF-8, in pieces, without `endOfExposition`. */
export const joinFamilies = (
  families: Iterable<EncodedFamily>,
  format: ExpositionFormat,
): readonly Buffer[] =>
  [...families].flatMap(({ family, samples }) => [Buffer.from(formatHead(family, format)), ...samples]);

export const encodeFamilies = (families: Iterable<FamilySamples>, format: ExpositionFormat): Buffer =>
  Buffer.concat(joinFamilies(encodeSamples(families), format));
