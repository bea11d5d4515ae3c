/**
 * A folder that is held open, so that what is done in it is done there, whatever becomes of its path meanwhile.
 *
 * Root writes into folders of oneadmin, who can put a link in the place of any folder below his own, also between a
 * check and a use. So root goes down one folder at a time, opens none through a link that it has not judged, and
 * names files by the open folder: /proc/self/fd/N/NAME. See open(2), O_NOFOLLOW, and proc(5).
 */
import * as systemCalls from 'node:fs/promises';
import path from 'node:path';
import { commonError } from '../errors/common-errors.ts';
import { codeOf } from '../errors/system-error.ts';

/** The calls by path that are made here and by those who hold a folder; a test can act between them. */
export type FileCalls = Pick<
  typeof systemCalls,
  'lstat' | 'mkdir' | 'open' | 'readdir' | 'readlink' | 'rename' | 'rmdir' | 'stat' | 'symlink' | 'unlink'
>;

export interface HeldFolder {
  /** The path of a name in the folder, for this process. */
  readonly at: (name: string) => string;
  /** The same for programs that this process starts. */
  readonly atForOthers: (name: string) => string;
}

/** O_PATH of open(2): the folder need not be readable. Node has no name for it. */
const oPath = 0o10000000;
const folderFlags = systemCalls.constants.O_DIRECTORY | systemCalls.constants.O_NOFOLLOW | oPath;
/** As the kernel has it. */
const mostLinks = 40;

type Handle = systemCalls.FileHandle;

const isRoot = (): boolean => process.getuid?.() === 0;

/**
 * Who must own what a link leads to; `undefined`: it may lead anywhere. A link of somebody else than root, or one in
 * a folder that others than root may change, leads only to folders of its owner, or of the owner of that folder.
 */
const ownerAsked = async (parent: Handle, linkUid: number): Promise<number | undefined> => {
  if (!isRoot()) return undefined;
  if (linkUid !== 0) return linkUid;
  const { uid, mode } = await parent.stat();
  return uid === 0 && (mode & 0o022) === 0 ? undefined : uid;
};

interface Way {
  readonly calls: FileCalls;
  /** For messages. */
  readonly shown: string;
  readonly links: number;
}

/** Takes over `parent`, which is closed. */
const goDown = async (parent: Handle, names: readonly string[], way: Way): Promise<Handle> => {
  let current = parent;
  try {
    for (const [at, name] of names.entries()) {
      const shown = path.join(way.shown, ...names.slice(0, at + 1));
      const next = await openFolder(current, name, { ...way, shown });
      await current.close();
      current = next;
    }
    return current;
  } catch (thrown) {
    await current.close();
    throw thrown;
  }
};

const followLink = async (parent: Handle, name: string, way: Way): Promise<Handle> => {
  const { calls, shown, links } = way;
  const refuse = (detail: string) => commonError('PATH_REFUSED', { path: shown, detail });
  if (links >= mostLinks) throw refuse('it is one of too many links');
  const file = `/proc/self/fd/${parent.fd}/${name}`;
  const owner = await ownerAsked(parent, (await calls.lstat(file)).uid);
  const target = await calls.readlink(file);
  const from = target.startsWith('/') ? '/' : `/proc/self/fd/${parent.fd}/.`;
  const start = await calls.open(from, systemCalls.constants.O_DIRECTORY | oPath);
  const names = target.split('/').filter(Boolean);
  const found = await goDown(start, names, { ...way, links: links + 1 });
  if (owner === undefined) return found;
  const { uid } = await found.stat();
  if (uid === owner && owner !== 0) return found;
  await found.close();
  throw refuse(`it is a link of user ${owner} to what is not theirs`);
};

const openFolder = async (parent: Handle, name: string, way: Way): Promise<Handle> => {
  try {
    return await way.calls.open(`/proc/self/fd/${parent.fd}/${name}`, folderFlags);
  } catch (thrown) {
    const isLink = await way.calls.lstat(`/proc/self/fd/${parent.fd}/${name}`).then(
      (stats) => stats.isSymbolicLink(),
      () => false,
    );
    if (!isLink) throw thrown;
    return followLink(parent, name, way);
  }
};

const holdFolder = async (folder: string, calls: FileCalls): Promise<Handle> => {
  const top = await calls.open('/', systemCalls.constants.O_DIRECTORY | oPath);
  const names = path.resolve(folder).split('/').filter(Boolean);
  return goDown(top, names, { calls, shown: '/', links: 0 });
};

/** Works in the folder while it is held. Fails with PATH_REFUSED where a link on the way leads root astray. */
export const inFolder = async <T>(
  folder: string,
  work: (held: HeldFolder) => Promise<T>,
  calls: FileCalls = systemCalls,
): Promise<T> => {
  const handle = await holdFolder(folder, calls);
  try {
    return await work({
      at: (name) => `/proc/self/fd/${handle.fd}/${name}`,
      atForOthers: (name) => `/proc/${process.pid}/fd/${handle.fd}/${name}`,
    });
  } finally {
    await handle.close();
  }
};

/** The same for the folder of a file, with the file's name. */
export const besideFile = <T>(
  file: string,
  work: (held: HeldFolder, name: string) => Promise<T>,
  calls: FileCalls = systemCalls,
): Promise<T> => inFolder(path.dirname(file), (held) => work(held, path.basename(file)), calls);

/** The sticky bit says that a folder of root is new: nobody else can set it there, and no folder of root keeps it. */
const newMode = 0o1755;

/**
 * Makes a folder in one that is held, with mode 755 and, by root, for that owner. What stands there afterwards may be
 * another's by then: only a new folder is given away, in which others of ours may already have written. Fails with
 * EEXIST where the name is taken, and with PATH_REFUSED where somebody put another folder there meanwhile.
 */
export const makeFolderIn = async (
  held: HeldFolder,
  name: string,
  { uid, gid }: { readonly uid: number; readonly gid: number },
  calls: FileCalls = systemCalls,
): Promise<void> => {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = systemCalls.constants;
  await calls.mkdir(held.at(name), { mode: newMode });
  const handle = await calls.open(held.at(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    const found = await handle.stat();
    if (isRoot() && (found.uid !== 0 || (found.mode & 0o1000) === 0))
      throw commonError('PATH_REFUSED', { path: name, detail: 'somebody exchanged it while it was made' });
    if (isRoot()) await handle.chown(uid, gid);
    await handle.chmod(0o755);
  } finally {
    await handle.close();
  }
};

export interface FoundFile {
  readonly bytes: Buffer;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Content and owner of the same regular file, whatever is put in its place meanwhile. A link is not followed (ELOOP),
 * and a pipe is not waited for.
 */
export const readFileIn = async (
  held: HeldFolder,
  name: string,
  mostBytes: number,
  calls: FileCalls = systemCalls,
): Promise<FoundFile> => {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = systemCalls.constants;
  const handle = await calls.open(held.at(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new Error('it is not a file');
    if (stats.size > mostBytes) throw new Error(`it has ${stats.size} bytes, more than ${mostBytes}`);
    const { mode, uid, gid } = stats;
    return { bytes: await handle.readFile(), mode: mode & 0o7777, uid, gid };
  } finally {
    await handle.close();
  }
};

/** Removes a file, if it is there. */
export const removeFileAt = async (file: string, calls: FileCalls = systemCalls): Promise<void> => {
  await calls.unlink(file).catch((thrown: unknown) => {
    if (codeOf(thrown) !== 'ENOENT') throw thrown;
  });
};

export const removeFileIn = (held: HeldFolder, name: string, calls?: FileCalls): Promise<void> =>
  removeFileAt(held.at(name), calls);

/**
 * Where a path leads if links are followed; itself where there is nothing. For root, a link in a folder of somebody
 * else leads only to what is his: fails with PATH_REFUSED.
 */
export const followLinks = async (file: string): Promise<string> => {
  const found = await systemCalls.realpath(file).catch(() => file);
  if (found === file || !isRoot()) return found;
  const [folder, target] = await Promise.all([systemCalls.stat(path.dirname(file)), systemCalls.stat(found)]);
  const isRootsAlone = folder.uid === 0 && (folder.mode & 0o022) === 0;
  if (isRootsAlone || (folder.uid === target.uid && folder.uid !== 0)) return found;
  const detail = `it is a link in a folder of user ${folder.uid} to what is not theirs`;
  throw commonError('PATH_REFUSED', { path: file, detail });
};
