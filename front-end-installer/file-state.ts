/** What stands at a path: the unit in which the installer remembers, compares and restores. */
import { createHash } from 'node:crypto';

export interface RegularFile {
  readonly kind: 'file';
  readonly content: Buffer;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export type FileState =
  | { readonly kind: 'absent' }
  | RegularFile
  | { readonly kind: 'link'; readonly target: string };

export const absent: FileState = { kind: 'absent' };

export const digestOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

/** Names what stands somewhere, apart from its mode and owner: a digest, or a word. */
export const stateName = (state: FileState): string => {
  if (state.kind === 'absent') return 'absent';
  return state.kind === 'link' ? `link:${state.target}` : digestOf(state.content);
};

/** Owners count only where this process may set them. */
export const isSameState = (a: FileState, b: FileState, comparesOwners: boolean): boolean => {
  if (a.kind === 'link' && b.kind === 'link') return a.target === b.target;
  if (a.kind !== 'file' || b.kind !== 'file') return a.kind === b.kind;
  if (a.mode !== b.mode || !a.content.equals(b.content)) return false;
  return !comparesOwners || (a.uid === b.uid && a.gid === b.gid);
};
