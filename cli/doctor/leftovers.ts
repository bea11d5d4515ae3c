/** What should not be there any more: files of the first generation, and temporary ones of ours. */
import type { OldFile } from '../../front-end-installer/first-generation.ts';
import { type Attempt, asOneadmin, judgeProblem, ok, type Verdict, warning } from './finding.ts';

export interface Suspect {
  readonly path: string;
  /** What has taken its place. */
  readonly instead: string;
  readonly next: string;
  /** Whether it is there and bears the marks of the first generation. */
  readonly isLeft: Attempt<boolean>;
}

export interface LeftoverFacts {
  readonly suspects: readonly Suspect[];
  /** Temporary files and folders that nobody has touched for an hour. */
  readonly temporary: readonly { readonly folder: string; readonly found: Attempt<readonly string[]> }[];
}

/** What the installer leaves to the package manager is not mended by another run of it. */
export const stepAgainst = ({ fate, part }: Pick<OldFile, 'fate' | 'part'>): string =>
  fate.kind === 'name'
    ? 'apt-get install --reinstall opennebula-prometheus, or dnf reinstall opennebula-prometheus'
    : `oneext install --only ${part}`;

/** The names that lib/io/write-atomic.ts and live-migrate/io/hosts.ts give. */
export const isTemporaryName = (name: string): boolean =>
  /^\..+\.\d+-[0-9a-f]{8}\.tmp$/.test(name) || /^oneext-ssh-\w{6}$/.test(name);

export const judgeLeftovers = ({ suspects, temporary }: LeftoverFacts): readonly Verdict[] => {
  const found = suspects.flatMap(({ path: subject, isLeft, instead, next }): readonly Verdict[] => {
    if (!('value' in isLeft)) return [judgeProblem(isLeft, asOneadmin, { subject })];
    return isLeft.value ? [warning(`is of the first generation: ${instead}`, next, { subject })] : [];
  });
  const left = temporary.flatMap(({ folder, found: files }) =>
    'value' in files
      ? files.value.map((subject) =>
          warning('is temporary, and was left behind by a run that was killed', `rm -r ${subject}`, {
            subject,
            group: 'temporary files',
          }),
        )
      : [judgeProblem(files, asOneadmin, { subject: folder })],
  );
  const all = [...found, ...left];
  return all.length > 0 ? all : [ok('nothing of the first generation, no temporary files')];
};
