/** From what should stand on the front-end and what does: the changes, and what each of them takes the place of. */
import type { EditKind } from './edited-file.ts';
import { type FileState, isSameState, type RegularFile, stateName } from './file-state.ts';
import { type FileRecord, originalName } from './record.ts';

/** What should stand at a path, and why. */
export interface DesiredFile {
  readonly path: string;
  readonly to: FileState;
  /** What the plan says of it. */
  readonly changes: readonly string[];
  /** What has to accept the content: a command that is given a file with it. */
  readonly check?: readonly [string, ...string[]];
  /**
   * What was there before us, if not what is there now: an edit that finds itself done already, or a file of ours
   * that nobody recorded.
   */
  readonly original?: FileState;
  /** An edit keeps what others changed: nothing has to be saved beside it. */
  readonly isEdit?: boolean;
  readonly editKind?: EditKind;
}

export interface FileChange extends Omit<DesiredFile, 'original'> {
  readonly from: FileState;
  /** What uninstalling brings back; `undefined`: what the record has. */
  readonly original: FileState | undefined;
  /** Nothing is written: it is so already, and is remembered as ours. */
  readonly isAdopted: boolean;
  /** It is not what we had put there: a copy is kept beside it. */
  readonly keepsCopy: boolean;
}

export type States = ReadonlyMap<string, FileState>;

/** Neither what we had put there nor, where a run was killed before it wrote, what stood there before us. */
const wasChangedSince = (known: FileRecord | undefined, current: FileState): boolean =>
  known !== undefined &&
  current.kind !== 'absent' &&
  ![...known.written, originalName(known.original)].includes(stateName(current));

/** A file that is ours as a whole has one original; that of an edited file moves with what others change. */
const originalOf = (
  { isEdit, original }: DesiredFile,
  from: FileState,
  record: FileRecord | undefined,
): FileState | undefined => {
  if (record === undefined) return original ?? from;
  return isEdit === true ? original : undefined;
};

export const planFiles = (
  desired: readonly DesiredFile[],
  states: States,
  records: readonly FileRecord[],
  comparesOwners: boolean,
): readonly FileChange[] => {
  const known = new Map(records.map((record) => [record.path, record]));
  return desired.flatMap((file): readonly FileChange[] => {
    const from = states.get(file.path) ?? { kind: 'absent' };
    const record = known.get(file.path);
    const original = originalOf(file, from, record);
    if (isSameState(from, file.to, comparesOwners)) {
      if (record !== undefined || original === undefined || stateName(original) === stateName(from))
        return [];
      return [{ ...file, from, original, isAdopted: true, keepsCopy: false }];
    }
    const keepsCopy = file.isEdit !== true && wasChangedSince(record, from);
    return [{ ...file, from, original, isAdopted: false, keepsCopy }];
  });
};

/** What an uninstall does to one path. */
export interface FileReturn {
  readonly path: string;
  readonly from: FileState;
  readonly to: FileState;
  /** Why it is not, or not only, what stood there before us. */
  readonly note?: string;
  /** Below it, a line each: what is taken out of an edited file, and what stays in. */
  readonly changes?: readonly string[];
  /** Why our part cannot be taken out of it. */
  readonly problem?: string;
}

/** A file without our edits, and what was taken out or, as somebody changed it, left in; or why it cannot be done. */
export type RevertedFile =
  | { readonly to: RegularFile; readonly changes: readonly string[] }
  | { readonly problem: string };

export interface KnownFile {
  readonly record: FileRecord;
  readonly current: FileState;
  readonly original: FileState;
  /** The current content without our edits; `undefined` where the file is ours as a whole. */
  readonly revert?: (current: RegularFile) => RevertedFile;
}

/** An edit leaves mode and owner as they are: what they are now, they are by somebody else's will. */
const withTheirMode = (original: FileState, current: FileState, isEdit: boolean): FileState => {
  if (!isEdit || original.kind !== 'file' || current.kind !== 'file') return original;
  const { mode, uid, gid } = current;
  return { ...original, mode, uid, gid };
};

/** One path on the way back; a file that somebody changed since is kept, and an edit is taken out of it. */
export const planReturn = ({ record, current, original, revert }: KnownFile): FileReturn => {
  const { path, written } = record;
  const base = { path, from: current };
  const isKnown = [stateName(original), ...written].includes(stateName(current));
  if (isKnown) return { ...base, to: withTheirMode(original, current, revert !== undefined) };
  if (revert !== undefined && current.kind === 'file') {
    const reverted = revert(current);
    if ('problem' in reverted) return { ...base, to: current, problem: reverted.problem };
    const note = 'somebody changed it since: only what we had added is taken out';
    return { ...base, to: reverted.to, note, changes: reverted.changes };
  }
  const what = current.kind === 'absent' ? 'removed' : 'changed';
  return { ...base, to: current, note: `somebody ${what} it since: it stays as it is` };
};
