/**
 * Writes families as text: the Prometheus text format 0.0.4 or OpenMetrics 1.0.0.
 * https://github.com/prometheus/docs/blob/main/docs/instrumenting/exposition_formats.md
 * https://prometheus.io/docs/specs/om/open_metrics_spec/
 */
import type { FamilySamples, LabelText } from './metric-family.ts';

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

/** Characters after which a piece of a family is handed on. */
const pieceLength = 16 * 1024;

/** The text of a family in pieces: of many samples none stays in memory but as text. */
function* formatPieces({ family, samples }: FamilySamples, format: ExpositionFormat): Generator<string> {
  const openMetrics = format === 'openmetrics';
  const isTotal = openMetrics && family.type === 'counter' && family.name.endsWith('_total');
  const name = isTotal ? family.name.slice(0, -'_total'.length) : family.name;
  const type = openMetrics ? (openMetricsTypes.get(family.type) ?? family.type) : family.type;
  let text = `# HELP ${name} ${escapeHelp(family.help, format)}\n# TYPE ${name} ${type}\n`;
  for (const { labels, value, suffix = '' } of samples) {
    text += `${family.name}${suffix}${labels} ${formatValue(value)}\n`;
    if (text.length < pieceLength) continue;
    yield text;
    text = '';
  }
  yield text;
}

/** All families in UTF-8, without `endOfExposition`. */
export const encodeFamilies = (families: Iterable<FamilySamples>, format: ExpositionFormat): Buffer => {
  const pieces: Buffer[] = [];
  for (const family of families) {
    for (const piece of formatPieces(family, format)) pieces.push(Buffer.from(piece));
  }
  return Buffer.concat(pieces);
};
