/** Everything that an installation wants to stand on the front-end, as states of paths. */

import type { EditResult } from '../lib/text/text-edit.ts';
import type { EditedFile } from './edited-file.ts';
import { absent, type FileState, type RegularFile, stateName } from './file-state.ts';
import { isOldFile, type OldFile } from './first-generation.ts';
import type { DesiredFile, RevertedFile, States } from './plan-files.ts';
import type { FileRecord } from './record.ts';
import type { WantedFile } from './wanted-files.ts';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}
export interface Owners {
  readonly root: Owner;
  readonly oneadmin: Owner;
}

/** A file that an earlier version of ours, or an installation by hand, left: nothing of it is to come back. */
const isOurs = (content: Buffer): boolean => /opennebula-extensions|oneext/i.test(content.toString('latin1'));

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

/** Where nobody else puts files, or by its mark; the files beside the driver have none, and are ours where it is. */
const wasOurs = (path: string, current: FileState, states: States, suite: string): boolean => {
  if (current.kind === 'absent') return false;
  if (path.startsWith(`${suite}/`)) return true;
  if (current.kind === 'link') return false;
  const driver = states.get(`${folderOf(path)}/authenticate`);
  return isOurs(current.content) || (driver?.kind === 'file' && isOurs(driver.content));
};

export const desiredFromWanted = (
  wanted: readonly WantedFile[],
  states: States,
  owners: Owners,
  suite: string,
): readonly DesiredFile[] =>
  wanted.map(({ path, content, mode, linkTo, owner, check }) => {
    const current = states.get(path) ?? absent;
    const to: FileState =
      linkTo === undefined
        ? { kind: 'file', content, mode, ...owners[owner] }
        : { kind: 'link', target: linkTo };
    const adopted = wasOurs(path, current, states, suite);
    return {
      path,
      to,
      changes: [],
      ...(adopted ? { original: absent } : {}),
      ...(check === 'visudo' ? { check: ['visudo', '-cf'] as const } : {}),
    };
  });

/** First-generation files that are there, and those that are only named because OpenNebula's own belongs there. */
export const desiredFromOld = (
  files: readonly OldFile[],
  states: States,
): { readonly desired: readonly DesiredFile[]; readonly notes: readonly string[] } => {
  const notes: string[] = [];
  const desired = files.flatMap((file): readonly DesiredFile[] => {
    const { path, fate, instead } = file;
    const current = states.get(path);
    if (current?.kind !== 'file' || !isOldFile(file, current.content.toString('latin1'))) return [];
    const changes = [`first generation: ${instead}`];
    if (fate.kind === 'remove') return [{ path, to: absent, changes }];
    if (fate.kind === 'replace') {
      const to = { ...current, content: Buffer.from(fate.script), mode: current.mode | 0o111 };
      return [{ path, to, changes }];
    }
    const beside = fate.kind === 'restore' ? states.get(fate.from) : undefined;
    if (fate.kind === 'name' || beside?.kind !== 'file') {
      notes.push(`${path} is of the first generation: ${instead}`);
      return [];
    }
    return [
      { path, to: beside, changes },
      { path: fate.from, to: absent, changes },
    ];
  });
  return { desired, notes };
};

const textOf = (file: RegularFile, { encoding }: EditedFile): string => file.content.toString(encoding);

export const revertState = (edit: EditedFile, file: RegularFile): RevertedFile => {
  const result = edit.revert(textOf(file, edit));
  if (result.kind === 'refused') return { problem: result.detail };
  return { to: { ...file, content: Buffer.from(result.text, edit.encoding) }, changes: result.changes };
};

/**
 * Whether the first generation is there, or was when the record began. What looks like an edit of ours in the files
 * of others may then be its own, and comes back with it.
 */
export const hasFirstGeneration = (
  old: readonly OldFile[],
  driver: string,
  states: States,
  records: readonly FileRecord[],
): boolean => {
  const paths = [driver, ...old.map(({ path }) => path)];
  if (records.some(({ path, original }) => paths.includes(path) && original.kind === 'file')) return true;
  const contentOf = (path: string): string | undefined => {
    const state = states.get(path);
    return state?.kind === 'file' ? state.content.toString('latin1') : undefined;
  };
  const atDriver = states.get(driver);
  return (
    (atDriver?.kind === 'file' && !isOurs(atDriver.content)) ||
    old.some((file) => isOldFile(file, contentOf(file.path) ?? ''))
  );
};

/**
 * Edited files; `problems` has those that cannot be edited. A file that is not there is left out.
 *
 * @param takesOver what is done already, and nobody recorded, is ours: an installation by hand
 */
export const desiredFromEdits = (
  edits: readonly EditedFile[],
  states: States,
  records: readonly FileRecord[],
  takesOver: boolean,
): {
  readonly desired: readonly DesiredFile[];
  readonly problems: readonly string[];
  readonly notes: readonly string[];
} => {
  const problems: string[] = [];
  const notes: string[] = [];
  const refuse = (path: string, { detail }: EditResult & { readonly kind: 'refused' }): readonly [] => {
    problems.push(`${path}: ${detail}`);
    return [];
  };
  const desired = edits.flatMap((edit): readonly DesiredFile[] => {
    const { path, kind, encoding, check } = edit;
    const current = states.get(path);
    if (current === undefined || current.kind === 'absent') return [];
    if (current.kind === 'link') {
      problems.push(`${path} is a link to ${current.target}`);
      return [];
    }
    const edited = edit.edit(textOf(current, edit));
    if (edited.kind === 'refused') return refuse(path, edited);
    notes.push(...(edited.kept ?? []).map((line) => `${path}: ${line}`));
    // What we wrote last is no original: neither is what others made of it since, which holds our edits as well.
    const known = records.find((record) => record.path === path);
    const isOriginal = known === undefined ? !takesOver : known.written.includes(stateName(current));
    const reverted = isOriginal ? undefined : revertState(edit, current);
    if (reverted !== undefined && 'problem' in reverted) {
      problems.push(`${path}: ${reverted.problem}`);
      return [];
    }
    return [
      {
        path,
        to: { ...current, content: Buffer.from(edited.text, encoding) },
        changes: edited.changes,
        isEdit: true,
        editKind: kind,
        ...(reverted === undefined ? {} : { original: reverted.to }),
        ...(check === undefined ? {} : { check }),
      },
    ];
  });
  return { desired, problems, notes };
};
