/** The plan of an installation as lines for people. */

import { foldLines } from '../lib/text/short-lists.ts';
import { stateName } from './file-state.ts';
import type { HookChange } from './hooks.ts';
import type { FileChange, FileReturn } from './plan-files.ts';

const verbOf = ({ isAdopted, isEdit, from, to }: FileChange): string => {
  if (isAdopted) return 'take over';
  if (to.kind === 'absent') return 'remove';
  if (isEdit === true) return 'edit';
  return from.kind === 'absent' ? 'create' : 'replace';
};

/** Many files of one kind are one line: what is said of them does not name them. */
const ownFiles = (verb: string, suite: string): string => `${verb} files of the suite's own below ${suite}`;

/** The lines below a path. */
const below = (lines: readonly string[]): readonly string[] => foldLines(lines).map((line) => `    ${line}`);

export const formatFileChange = (change: FileChange, suite: string): string => {
  if (change.path.startsWith(`${suite}/`) && !change.keepsCopy) return ownFiles(verbOf(change), suite);
  const copy = change.keepsCopy ? ['somebody changed it since: a copy is kept beside it'] : [];
  const remarks = [...change.changes, ...copy];
  if (change.isEdit === true) {
    return [`${verbOf(change)} ${change.path}`, ...below(remarks)].join('\n');
  }
  return `${verbOf(change)} ${change.path}${remarks.length === 0 ? '' : ` (${remarks.join('; ')})`}`;
};

/** Lines that repeat the one before them say nothing new. */
export const withoutRepeats = (lines: readonly string[]): readonly string[] =>
  lines.filter((line, at) => line !== lines[at - 1]);

export const formatFileReturn = (
  { path, from, to, note, changes = [] }: FileReturn,
  suite: string,
): string => {
  const isKept = stateName(from) === stateName(to);
  const verb = isKept ? 'keep' : to.kind === 'absent' ? 'remove' : 'bring back';
  if (note === undefined && path.startsWith(`${suite}/`)) return ownFiles(verb, suite);
  return [`${verb} ${path}${note === undefined ? '' : ` (${note})`}`, ...below(changes)].join('\n');
};

export const formatFolderReturn = (folder: string, suite: string): string =>
  folder === suite || folder.startsWith(`${suite}/`)
    ? `remove the empty folders below ${suite}`
    : `remove the folder ${folder} if it is empty`;

export const formatHookChange = (change: HookChange): string => {
  switch (change.kind) {
    case 'create-hook':
      return `register the hook ${change.wanted.name}`;
    case 'update-hook': {
      const { name, id, attributes } = change.registered;
      return `update the hook ${name} (${id}, which runs ${attributes.get('COMMAND') ?? 'nothing'})`;
    }
    case 'rename-hook':
      return `rename the hook ${change.registered.name} to ${change.wanted.name}`;
    case 'delete-hook':
      return `delete the hook ${change.registered.name} (${change.registered.id}: ${change.why})`;
  }
};
