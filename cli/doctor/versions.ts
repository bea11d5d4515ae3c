/** Versions of what runs, and whether the copies in OpenNebula's remotes are those of this package. */
import { version as ownVersion } from '../../lib/version.ts';
import { type Attempt, failure, judgeProblem, ok, skipped, type Verdict, warning } from './finding.ts';

export type CopyState = 'same' | 'differs' | 'missing';

/** A part of the package that is copied into the remotes. */
export interface CopiedPart {
  /** Of `oneext install --only`. */
  readonly part: string;
  /** Its place there. */
  readonly place: string;
  /** By name; none where the package itself lacks them. */
  readonly files: ReadonlyMap<string, Attempt<CopyState>>;
}

export interface VersionFacts {
  readonly node: string;
  /** `undefined`: no page, or it does not tell. */
  readonly exporter: { readonly answers: boolean; readonly version: string | undefined };
  readonly copies: readonly CopiedPart[];
}

const judgeExporter = ({ answers, version }: VersionFacts['exporter']): Verdict => {
  if (!answers) return skipped('the exporter does not answer: see exporter');
  if (version === undefined) return skipped('the exporter does not tell its version');
  return version === ownVersion
    ? ok(`the exporter that runs is ${version}`)
    : warning(
        `the exporter that runs is ${version}, this is ${ownVersion}`,
        'systemctl restart opennebula-exporter',
      );
};

const judgeCopy = ({ part, place, files }: CopiedPart): readonly Verdict[] => {
  const next = `oneext install --only ${part}`;
  if (files.size === 0) return [skipped('the package beside oneext has no such files', { subject: place })];
  const states = [...files].map(([name, state]) => ({ name, state }));
  if (states.every(({ state }) => 'value' in state && state.value === 'missing'))
    return [skipped('not installed', { subject: place, next })];
  const bad = states.flatMap(({ name, state }): readonly Verdict[] => {
    const subject = name === '' ? place : `${place}/${name}`;
    if (!('value' in state)) return [judgeProblem(state, next, { subject })];
    if (state.value === 'missing') return [failure('missing', next, { subject })];
    return state.value === 'differs'
      ? [warning(`is not that of version ${ownVersion}`, next, { subject })]
      : [];
  });
  return bad.length > 0 ? bad : [ok(`that of version ${ownVersion}`, { subject: place })];
};

export const judgeVersions = ({ node, exporter, copies }: VersionFacts): readonly Verdict[] => [
  ok(`oneext ${ownVersion}`),
  ok(`Node ${node}`),
  judgeExporter(exporter),
  ...copies.flatMap(judgeCopy),
];
