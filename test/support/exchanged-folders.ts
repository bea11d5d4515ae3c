/** Folders of another user, who puts links to folders of root in their place while root works there. */
import { chownSync, lchownSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';

export const needsRoot = { skip: process.getuid?.() !== 0 && 'needs root to act for another user' };
export const nobody = 65_534;

export interface ExchangedFolders {
  at(name: string): string;
  /** Puts a link to the folder etc of root in the place of a folder. */
  exchange(name: string): void;
  exchangeBack(name: string): void;
}

/** @param theirs the folders of the other user @param ofRoot etc, and what is in it */
export const makeExchangedFolders = (
  root: string,
  theirs: readonly string[],
  ofRoot: readonly string[],
): ExchangedFolders => {
  const at = (name: string): string => path.join(root, name);
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root);
  for (const folder of theirs) {
    mkdirSync(at(folder));
    chownSync(at(folder), nobody, nobody);
  }
  for (const folder of ofRoot) mkdirSync(at(folder));
  return {
    at,
    exchange(name) {
      renameSync(at(name), at(`${name}.away`));
      symlinkSync(at('etc'), at(name));
      lchownSync(at(name), nobody, nobody);
    },
    exchangeBack(name) {
      rmSync(at(name));
      renameSync(at(`${name}.away`), at(name));
    },
  };
};
