/** What should not be there any more: files of the first generation, and temporary ones of ours. */
import { type Attempt, asOneadmin, judgeProblem, ok, type Verdict, warning } from './finding.ts';

export interface Suspect {
  readonly path: string;
  /** What becomes of it. */
  readonly instead: string;
  /** Whether it is there and bears the marks of the first generation. */
  readonly isLeft: Attempt<boolean>;
}

export interface LeftoverFacts {
  readonly suspects: readonly Suspect[];
  /** Temporary files and folders that nobody has touched for an hour. */
  readonly temporary: Attempt<readonly string[]>;
}

/** The names that lib/io/write-atomic.ts and live-migrate/io/hosts.ts give. */
export const isTemporaryName = (name: string): boolean =>
  /^\..+\.\d+-[0-9a-f]{8}\.tmp$/.test(name) || /^oneext-ssh-\w{6}$/.test(name);

export const judgeLeftovers = ({ suspects, temporary }: LeftoverFacts): readonly Verdict[] => {
  const found = suspects.flatMap(({ path: subject, isLeft, instead }): readonly Verdict[] => {
    if (!('value' in isLeft)) return [judgeProblem(isLeft, asOneadmin, { subject })];
    return isLeft.value
      ? [warning('is of the first generation', `oneext install: ${instead}`, { subject })]
      : [];
  });
  const left =
    'value' in temporary
      ? temporary.value.map((subject) =>
          warning('is temporary, and was left behind by a run that was killed', `rm -r ${subject}`, {
            subject,
            group: 'temporary files',
          }),
        )
      : [judgeProblem(temporary, asOneadmin)];
  const all = [...found, ...left];
  return all.length > 0 ? all : [ok('nothing of the first generation, no temporary files')];
};
