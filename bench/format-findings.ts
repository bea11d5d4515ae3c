/** Writes what the benches found: a table for the terminal's reader, and docs/benchmarks.md. */
import type { Bench, Finding } from './measure.ts';

export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
}

export interface BenchResult {
  readonly bench: Pick<Bench, 'name' | 'method'>;
  readonly findings: readonly Finding[];
  /** Why it could not be measured. */
  readonly failure?: string;
}

const formatRatio = (ratio: number | undefined): string => {
  if (ratio === undefined) return '';
  return ratio < 0.5 ? `${ratio.toPrecision(2)} (1/${(1 / ratio).toFixed(1)})` : ratio.toFixed(2);
};

const rowOf = ({ what, ours, comparedWith, ratio, target }: Finding): readonly string[] => [
  what,
  ours,
  comparedWith,
  formatRatio(ratio),
  target?.text ?? '',
  target === undefined ? '' : target.met ? 'yes' : '**no**',
];

const heads = ['what', 'ours', 'compared with', 'ratio', 'target', 'met'];

export const formatTable = (findings: readonly Finding[]): string =>
  [heads, heads.map(() => '---'), ...findings.map(rowOf)].map((row) => `| ${row.join(' | ')} |\n`).join('');

/** One sentence on what was missed; empty when nothing was. */
export const formatMissed = (results: readonly BenchResult[]): string => {
  const missed = results.flatMap(({ findings }) => findings.filter(({ target }) => target?.met === false));
  const failed = results.filter(({ failure }) => failure !== undefined);
  return [
    ...missed.map(({ what, target }) => `MISSED: ${what}: the target is ${target?.text}\n`),
    ...failed.map(({ bench, failure }) => `FAILED: ${bench.name}: ${failure}\n`),
  ].join('');
};

export const formatDocument = (
  { date, cpu, cores, node }: Machine,
  results: readonly BenchResult[],
): string => {
  const missed = formatMissed(results);
  const sections = results.map(
    ({ bench, findings, failure }) =>
      `## ${bench.name}\n\n${bench.method}\n\n${failure === undefined ? formatTable(findings) : `Failed: ${failure}\n`}`,
  );
  return `# Benchmarks

Written by \`npm run bench -- --write\`; do not edit. Every ratio is ours divided by the other's, both taken in
turn within one run on one machine; times are medians. Ratios move by about a tenth from run to run: a target that
is met or missed by less is met or missed by chance.

Measured on ${date}: ${cpu}, ${cores} cores, Node ${node}.

${missed === '' ? 'Every target was met.\n' : `\`\`\`\n${missed}\`\`\`\n`}
${sections.join('\n')}`;
};
