/**
 * Reads one file of the kernel again and again: it stays open, so that a reading is one system call and not three.
 *
 * An open file of a process is that of this very process: it can no longer be read when the process has ended, also
 * where another has its number. Files of a made host are opened anew each time: another may stand in their place.
 */
import { closeSync, openSync, statfsSync } from 'node:fs';
import { readOpenText } from './read-text.ts';

/** As statfs(2) tells them: proc, sysfs, cgroup of version 2. */
const kernelFileSystems: ReadonlySet<number> = new Set([0x9fa0, 0x62656572, 0x63677270]);

/** A process may have 1,024 files open where nobody allows it more. */
const mostOpen = 800;

export interface KeptFile {
  readonly path: string;
  /** `undefined` where it cannot be read, for whatever reason: processes end at any moment. */
  readonly read: () => string | undefined;
  readonly close: () => void;
}

/** All files that one of them keeps share one limit. */
export const createFileKeeper = (): ((path: string) => KeptFile) => {
  let openFiles = 0;
  const mayKeep = (path: string): boolean =>
    openFiles < mostOpen && kernelFileSystems.has(statfsSync(path).type);
  return (path) => {
    let kept: number | undefined;
    const close = (): void => {
      if (kept === undefined) return;
      closeSync(kept);
      kept = undefined;
      openFiles -= 1;
    };
    const open = (): string => {
      const file = openSync(path, 'r');
      try {
        const text = readOpenText(file);
        if (mayKeep(path)) {
          kept = file;
          openFiles += 1;
        }
        return text;
      } finally {
        if (kept !== file) closeSync(file);
      }
    };
    const read = (): string | undefined => {
      try {
        return kept === undefined ? open() : readOpenText(kept);
      } catch {
        close();
        return undefined;
      }
    };
    return { path, read, close };
  };
};
