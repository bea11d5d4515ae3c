/**
 * Folders of files that other programs read: targets, dashboards, configuration. Whatever is done in one is done in the
 * folder that is held: root works there too, and oneadmin, whose folder it is, may change its path meanwhile.
 */
import * as systemCalls from 'node:fs/promises';
import path from 'node:path';
import { codeOf, isMissing } from '../errors/system-error.ts';
import {
  besideFile,
  type FileCalls,
  type HeldFolder,
  inFolder,
  makeFolderIn,
  readFileIn,
} from './held-folder.ts';
import { writeAtomic } from './write-atomic.ts';

/** Everybody who may enter the folder may read: Prometheus may run as a user of its own. */
const fileMode = 0o644;
const mostBytes = 16 * 1024 * 1024;
const notOurs = '';

/** Who may write into the parent may write into the folder, also when root makes it for oneadmin. */
const makeOne = (folder: string, calls: FileCalls): Promise<void> =>
  besideFile(
    folder,
    async (held, name) => {
      try {
        await makeFolderIn(held, name, await calls.stat(held.at('.')), calls);
      } catch (thrown) {
        if (codeOf(thrown) !== 'EEXIST') throw thrown;
      }
    },
    calls,
  );

/** With its parents. Node's own recursive way never ends below /proc, where a missing parent cannot be made. */
const makeFolder = async (folder: string, calls: FileCalls): Promise<void> => {
  try {
    await makeOne(folder, calls);
  } catch (thrown) {
    if (!isMissing(thrown) || path.dirname(folder) === folder) throw thrown;
    await makeFolder(path.dirname(folder), calls);
    await makeOne(folder, calls);
  }
};

/** The content; `undefined` where there is no such file. A link is none of our files, whatever it leads to. */
export const readTextIn = async (
  held: HeldFolder,
  name: string,
  calls?: FileCalls,
): Promise<string | undefined> => {
  try {
    return (await readFileIn(held, name, mostBytes, calls)).bytes.toString('utf8');
  } catch (thrown) {
    if (isMissing(thrown)) return undefined;
    if (codeOf(thrown) === 'ELOOP') return notOurs;
    throw thrown;
  }
};

export const writeTextIn = (
  held: HeldFolder,
  name: string,
  content: string,
  calls?: FileCalls,
): Promise<void> => writeAtomic(held.at(name), content, fileMode, calls);

/** `absent` where there is no such folder. */
export const lookIntoFolder = async <T>(
  folder: string,
  absent: T,
  look: (held: HeldFolder) => Promise<T>,
  calls: FileCalls = systemCalls,
): Promise<T> => {
  try {
    return await inFolder(folder, look, calls);
  } catch (thrown) {
    if (isMissing(thrown)) return absent;
    throw thrown;
  }
};

/** Makes the folder if it is not there. */
export const workInFolder = async <T>(
  folder: string,
  work: (held: HeldFolder) => Promise<T>,
  calls: FileCalls = systemCalls,
): Promise<T> => {
  try {
    return await inFolder(folder, work, calls);
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown;
    await makeFolder(folder, calls);
    return inFolder(folder, work, calls);
  }
};
