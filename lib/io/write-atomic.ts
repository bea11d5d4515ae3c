/** Writes files so that a reader sees the old or the new content, and never half of one. */
import { randomBytes } from 'node:crypto';
import * as systemCalls from 'node:fs/promises';
import path from 'node:path';
import { type FileCalls, removeFileAt } from './held-folder.ts';

/** A hidden name beside the file that no other process uses. */
export const temporaryPath = (file: string): string =>
  path.join(
    path.dirname(file),
    `.${path.basename(file)}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`,
  );

/** Removes what writes of this file have left that were killed. Nobody may be writing it. */
export const removeTemporaries = async (file: string): Promise<void> => {
  const folder = path.dirname(file);
  const prefix = `.${path.basename(file)}.`;
  const names = await systemCalls.readdir(folder).catch(() => []);
  const isLeft = (name: string): boolean =>
    name.startsWith(prefix) && /^\d+-[0-9a-f]{8}\.tmp$/.test(name.slice(prefix.length));
  for (const name of names.filter(isLeft)) await removeFileAt(path.join(folder, name));
};

/**
 * Writes a new file with exactly this mode, whatever the umask; fails where there is one. The owner only as far as
 * this user may give files away.
 */
export const writeNew = async (
  file: string,
  content: string | Buffer,
  mode: number,
  owner?: { readonly uid: number; readonly gid: number },
  calls: FileCalls = systemCalls,
): Promise<void> => {
  const handle = await calls.open(file, 'wx', 0o600);
  try {
    // By the open file: whoever may write into the folder can put another in its place.
    if (owner !== undefined) await handle.chown(owner.uid, owner.gid).catch(() => undefined);
    await handle.chmod(mode);
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Puts the content in the place of the file, or makes it. */
export const writeAtomic = async (
  file: string,
  content: string | Buffer,
  mode: number,
  calls: FileCalls = systemCalls,
): Promise<void> => {
  const temporary = temporaryPath(file);
  try {
    await writeNew(temporary, content, mode, undefined, calls);
    await calls.rename(temporary, file);
  } catch (thrown) {
    await removeFileAt(temporary, calls);
    throw thrown;
  }
};

/** What was made, renamed or removed in the folder outlasts also a machine that loses its power. */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await systemCalls.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** As writeAtomic; at its end the new content outlasts also a machine that loses its power. */
export const writeDurable = async (file: string, content: string | Buffer, mode: number): Promise<void> => {
  await writeAtomic(file, content, mode);
  await syncFolder(path.dirname(file));
};
