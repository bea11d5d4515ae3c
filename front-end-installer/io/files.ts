/** Reads and writes the states of paths, below a folder that stands for the root of the front-end. */
import {
  constants,
  lstat,
  mkdir,
  open,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
} from 'node:fs/promises';
import path from 'node:path';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { codeOf, isMissing } from '../../lib/errors/system-error.ts';
import { runCommand } from '../../lib/io/run-command.ts';
import { removeTemporaries, temporaryPath } from '../../lib/io/write-atomic.ts';
import { installError } from '../errors.ts';
import { absent, type FileState, type RegularFile } from '../file-state.ts';

const checkTimeoutMs = 60_000;

/** Nothing stands at that path, be it that a part of the path is no folder. */
export const isAbsent = (thrown: unknown): boolean => isMissing(thrown) || codeOf(thrown) === 'ENOTDIR';

export const isForbidden = (thrown: unknown): boolean => codeOf(thrown) === 'EACCES';

export interface FileSystem {
  /** Where a path of the front-end is to be found by this process. */
  readonly at: (frontEndPath: string) => string;
  /** Fails with INSTALL_PATH where something else than a file stands there. */
  readonly read: (frontEndPath: string) => Promise<FileState>;
  readonly exists: (frontEndPath: string) => Promise<boolean>;
  /** Puts the state there at once: a reader sees the old or the new one. Fails with INSTALL_CHECK. */
  readonly write: (
    frontEndPath: string,
    state: FileState,
    check?: readonly [string, ...string[]],
  ) => Promise<void>;
  /** Removes what writes of the path have left that were killed. */
  readonly removeTemporaries: (frontEndPath: string) => Promise<void>;
  /** The parents that are not there, outermost first. */
  readonly missingFolders: (frontEndPath: string) => Promise<readonly string[]>;
  readonly makeFolder: (
    frontEndPath: string,
    owner: { readonly uid: number; readonly gid: number },
  ) => Promise<void>;
  /** Leaves a folder that has something in it. */
  readonly removeFolder: (frontEndPath: string) => Promise<void>;
}

const readState = async (file: string): Promise<FileState> => {
  try {
    const stats = await lstat(file);
    if (stats.isSymbolicLink()) return { kind: 'link', target: await readlink(file) };
    if (!stats.isFile()) throw new Error('it is no file');
    const { mode, uid, gid } = stats;
    return { kind: 'file', content: await readFile(file), mode: mode & 0o7777, uid, gid };
  } catch (thrown) {
    if (isAbsent(thrown)) return absent;
    throw installError('INSTALL_PATH', { path: file, detail: reasonOf(thrown) }, thrown);
  }
};

/**
 * Refuses a way through a link of somebody else than root that leads to what is not his: oneadmin, in whose folders
 * root writes here, could have it write in folders of root. As the kernel's protected_symlinks, for /tmp.
 */
const refuseLedAway = async (folder: string): Promise<void> => {
  if (process.getuid?.() !== 0 || folder === path.dirname(folder)) return;
  await refuseLedAway(path.dirname(folder));
  const link = await lstat(folder).catch(() => undefined);
  if (link?.isSymbolicLink() !== true || link.uid === 0) return;
  const target = await stat(folder).catch(() => undefined);
  if (target?.uid === link.uid) return;
  const detail = `it is a link of user ${link.uid} to what is not his`;
  throw installError('INSTALL_PATH', { path: folder, detail });
};

const runCheck = async (check: readonly [string, ...string[]], temporary: string, shown: string) => {
  try {
    await runCommand([...check, temporary], checkTimeoutMs);
  } catch (thrown) {
    const said = reasonOf(thrown)
      .replaceAll(temporary, shown)
      .replaceAll(/\s*\n\s*/g, ' ');
    const detail = said.replace(`${check.join(' ')} ${shown} failed: `, '');
    throw installError('INSTALL_CHECK', { path: shown, command: check.join(' '), detail }, thrown);
  }
};

/** By the open file, not by its path: others may write into the folder. */
const writeTemporary = async (file: string, { content, mode, uid, gid }: RegularFile): Promise<void> => {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    const made = await handle.stat();
    if (made.uid !== uid || made.gid !== gid) {
      // Who is not root installs for himself.
      if (process.getuid?.() === 0) await handle.chown(uid, gid);
    }
    await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const writeState = async (
  file: string,
  shown: string,
  state: FileState,
  check: readonly [string, ...string[]] | undefined,
): Promise<void> => {
  if (state.kind === 'absent') return rm(file, { force: true });
  const temporary = temporaryPath(file);
  try {
    if (state.kind === 'link') await symlink(state.target, temporary);
    else await writeTemporary(temporary, state);
    if (check !== undefined) await runCheck(check, temporary, shown);
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
};

const emptyOrGone = new Set(['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR']);

/** @param root '' for the machine itself, or a folder in which an image of a front-end is made */
export const fileSystemAt = (root: string): FileSystem => {
  const at = (frontEndPath: string): string => path.join(root === '' ? '/' : root, frontEndPath);
  const exists = (frontEndPath: string): Promise<boolean> =>
    lstat(at(frontEndPath)).then(
      () => true,
      () => false,
    );
  return {
    at,
    exists,
    read: (frontEndPath) => readState(at(frontEndPath)),
    async write(frontEndPath, state, check) {
      await refuseLedAway(path.dirname(at(frontEndPath)));
      await writeState(at(frontEndPath), frontEndPath, state, check);
    },
    removeTemporaries: (frontEndPath) => removeTemporaries(at(frontEndPath)),
    async missingFolders(frontEndPath) {
      const missing: string[] = [];
      for (let at = path.dirname(frontEndPath); !(await exists(at)); at = path.dirname(at))
        missing.unshift(at);
      return missing;
    },
    async makeFolder(frontEndPath, { uid, gid }) {
      await refuseLedAway(path.dirname(at(frontEndPath)));
      await mkdir(at(frontEndPath), { mode: 0o755 });
      // Whoever owns the folder above could have put a link in its place.
      const handle = await open(
        at(frontEndPath),
        constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW,
      );
      try {
        await handle.chmod(0o755);
        if (process.getuid?.() === 0) await handle.chown(uid, gid);
      } finally {
        await handle.close();
      }
    },
    async removeFolder(frontEndPath) {
      await rmdir(at(frontEndPath)).catch((thrown: unknown) => {
        if (!emptyOrGone.has(String(codeOf(thrown)))) throw thrown;
      });
    },
  };
};

/** Where a path leads if links are followed; itself where there is nothing. */
export const followLinks = async (file: string): Promise<string> => realpath(file).catch(() => file);
