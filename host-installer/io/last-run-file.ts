/** The file that says what the last run came to. It is written whenever a host has ended. */
import { mkdir, readFile, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { isMissing } from '../../lib/errors/system-error.ts';
import { writeAtomic } from '../../lib/io/write-atomic.ts';
import { hostsError } from '../errors.ts';
import { formatLastRun, type LastRun, parseLastRun } from '../last-run.ts';

/** `undefined` where there is none. Fails with HOSTS_STATE_UNREADABLE. */
export const readLastRun = async (file: string): Promise<LastRun | undefined> => {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (thrown) {
    if (isMissing(thrown)) return undefined;
    throw hostsError('HOSTS_STATE_UNREADABLE', { path: file, detail: reasonOf(thrown) }, thrown);
  }
  const run = parseLastRun(text);
  if (run === undefined) {
    throw hostsError('HOSTS_STATE_UNREADABLE', { path: file, detail: 'its content is not ours' });
  }
  return run;
};

/** Removes the file, and the folders that it leaves empty. */
export const removeLastRun = async (file: string): Promise<void> => {
  await rm(file, { force: true });
  const folder = path.dirname(file);
  for (const empty of [folder, path.dirname(folder)]) await rmdir(empty).catch(() => undefined);
};

export interface LastRunFile {
  /** Resolves when the file says at least what was given; a newer run may have taken its place. */
  write(run: LastRun): Promise<void>;
}

/** Writes come one after the other. What cannot be written is told once, and the run goes on. */
export const openLastRunFile = (file: string, warn: (text: string) => void): LastRunFile => {
  let next: LastRun | undefined;
  let queue = Promise.resolve();
  let isBroken = false;
  const writeNext = async (): Promise<void> => {
    const run = next;
    next = undefined;
    if (run === undefined || isBroken) return;
    try {
      await mkdir(path.dirname(file), { recursive: true });
      await writeAtomic(file, formatLastRun(run), 0o644);
    } catch (thrown) {
      isBroken = true;
      warn(`this run cannot be resumed: ${file} cannot be written: ${reasonOf(thrown)}`);
    }
  };
  return {
    write(run) {
      next = run;
      queue = queue.then(writeNext);
      return queue;
    },
  };
};
