/** Reads and writes the states of paths, below a folder that stands for the root of the front-end. */
import type { FileHandle } from 'node:fs/promises';
import * as systemCalls from 'node:fs/promises';
import path from 'node:path';
import { commonError } from '../../lib/errors/common-errors.ts';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { codeOf, isMissing } from '../../lib/errors/system-error.ts';
import {
  besideFile,
  type FileCalls,
  type HeldFolder,
  makeFolderIn,
  removeFileIn,
} from '../../lib/io/held-folder.ts';
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

/** By the open file: others may put another in its place at any time. */
const readRegular = async (handle: FileHandle): Promise<FileState> => {
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new Error('it is no file');
    const { mode, uid, gid } = stats;
    return { kind: 'file', content: await handle.readFile(), mode: mode & 0o7777, uid, gid };
  } finally {
    await handle.close();
  }
};

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = systemCalls.constants;

const readState = async (file: string, calls: FileCalls): Promise<FileState> => {
  const read = async (held: HeldFolder, name: string): Promise<FileState> => {
    const at = held.at(name);
    // A pipe would have us wait for who writes into it.
    const opened = await calls.open(at, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((thrown: unknown) => {
      if (codeOf(thrown) === 'ELOOP') return undefined;
      throw thrown;
    });
    return opened === undefined
      ? { kind: 'link', target: await calls.readlink(at) }
      : await readRegular(opened);
  };
  try {
    return await besideFile(file, read, calls);
  } catch (thrown) {
    if (isAbsent(thrown)) return absent;
    if (commonError.is(thrown, 'PATH_REFUSED')) throw thrown;
    throw installError('INSTALL_PATH', { path: file, detail: reasonOf(thrown) }, thrown);
  }
};

/** The program sees the temporary file by the folder that is held, and what it says names the file itself. */
const runCheck = async (
  check: readonly [string, ...string[]],
  held: HeldFolder,
  temporary: string,
  shown: string,
): Promise<void> => {
  const file = held.atForOthers(temporary);
  try {
    await runCommand([...check, file], checkTimeoutMs);
  } catch (thrown) {
    const said = reasonOf(thrown)
      .replaceAll(file, shown)
      .replaceAll(path.dirname(file), path.dirname(shown))
      .replaceAll(/\s*\n\s*/g, ' ');
    const detail = said.replace(`${check.join(' ')} ${shown} failed: `, '');
    throw installError('INSTALL_CHECK', { path: shown, command: check.join(' '), detail }, thrown);
  }
};

const writeTemporary = async (
  file: string,
  { content, mode, uid, gid }: RegularFile,
  calls: FileCalls,
): Promise<void> => {
  const handle = await calls.open(file, 'wx', 0o600);
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
  calls: FileCalls,
): Promise<void> => {
  const write = async (held: HeldFolder, name: string): Promise<void> => {
    if (state.kind === 'absent') return removeFileIn(held, name, calls);
    const temporary = path.basename(temporaryPath(name));
    try {
      if (state.kind === 'link') await calls.symlink(state.target, held.at(temporary));
      else await writeTemporary(held.at(temporary), state, calls);
      if (check !== undefined) await runCheck(check, held, temporary, shown);
      await calls.rename(held.at(temporary), held.at(name));
    } finally {
      await removeFileIn(held, temporary, calls);
    }
  };
  await besideFile(file, write, calls);
};

const emptyOrGone = new Set(['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR']);

/** What is gone already need not be removed, nor looked through. */
const unlessGone = (thrown: unknown): void => {
  if (!isAbsent(thrown)) throw thrown;
};

/** @param root '' for the machine itself, or a folder in which an image of a front-end is made */
export const fileSystemAt = (root: string, calls: FileCalls = systemCalls): FileSystem => {
  const at = (frontEndPath: string): string => path.join(root === '' ? '/' : root, frontEndPath);
  const exists = (frontEndPath: string): Promise<boolean> =>
    systemCalls.lstat(at(frontEndPath)).then(
      () => true,
      () => false,
    );
  return {
    at,
    exists,
    read: (frontEndPath) => readState(at(frontEndPath), calls),
    async write(frontEndPath, state, check) {
      const written = writeState(at(frontEndPath), frontEndPath, state, check, calls);
      await (state.kind === 'absent' ? written.catch(unlessGone) : written);
    },
    removeTemporaries: (frontEndPath) =>
      besideFile(at(frontEndPath), (held, name) => removeTemporaries(held.at(name)), calls).catch(unlessGone),
    async missingFolders(frontEndPath) {
      const missing: string[] = [];
      for (let at = path.dirname(frontEndPath); !(await exists(at)); at = path.dirname(at))
        missing.unshift(at);
      return missing;
    },
    makeFolder: (frontEndPath, owner) =>
      besideFile(at(frontEndPath), (held, name) => makeFolderIn(held, name, owner, calls), calls),
    removeFolder: (frontEndPath) =>
      besideFile(at(frontEndPath), (held, name) => calls.rmdir(held.at(name)), calls).catch(
        (thrown: unknown) => {
          if (!emptyOrGone.has(String(codeOf(thrown)))) throw thrown;
        },
      ),
  };
};
