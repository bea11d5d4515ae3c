/** An edit of a file that belongs to somebody else: what of it is ours, and the file without it. */
import type { EditResult } from '../lib/text/text-edit.ts';

export const editKinds = ['oned.conf', 'prometheus.yml', 'scheduler', 'tproxy'] as const;
/** What kind of file an edit understands, wherever it stands and whatever it is called. */
export type EditKind = (typeof editKinds)[number];

export interface EditedFile {
  readonly path: string;
  readonly kind: EditKind;
  /** latin1 keeps bytes that are no text as they are. */
  readonly encoding: 'latin1' | 'utf8';
  /** What has to accept the result before it takes its place: a command that is given the file. */
  readonly check?: readonly [string, ...string[]];
  readonly edit: (text: string) => EditResult;
  /** The text without what `edit` adds: revert(edit(text)) is text. */
  readonly revert: (text: string) => EditResult;
}
