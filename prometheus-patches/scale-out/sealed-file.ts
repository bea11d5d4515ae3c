/** Files that we write whole, and replace only while nobody else has changed them. */
import { createHash } from 'node:crypto';

const seal = '# oneext prometheus scale-out made this file and replaces it while this holds: sha256 ';

const digestOf = (body: string): string => createHash('sha256').update(body).digest('hex');

/** The text with a first line that tells whether the rest is still ours. */
export const sealed = (body: string): string => `${seal}${digestOf(body)}\n${body}`;

export const isSealed = (text: string): boolean => {
  const end = text.indexOf('\n');
  return end >= 0 && text.slice(0, end) === `${seal}${digestOf(text.slice(end + 1))}`;
};

export interface FolderPlan {
  /** Content by name, of files that are missing or have another content. */
  readonly written: ReadonlyMap<string, string>;
  /** Files of ours that nobody needs any more. */
  readonly removed: readonly string[];
  /** Files that somebody else has made or changed. */
  readonly foreign: readonly string[];
}

/**
 * @param wanted content by name, without its seal
 * @param found what stands in the folder under a name that could be ours
 */
export const planFolder = (
  wanted: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
): FolderPlan => {
  const foreign = [...found].filter(([name, text]) => wanted.has(name) && !isSealed(text));
  const written = [...wanted].flatMap(([name, body]) =>
    found.get(name) === sealed(body) ? [] : [[name, sealed(body)] as const],
  );
  const removed = [...found].filter(([name, text]) => !wanted.has(name) && isSealed(text));
  const names = (files: readonly (readonly [string, string])[]) => files.map(([name]) => name).sort();
  return { written: new Map(written), removed: names(removed), foreign: names(foreign) };
};
