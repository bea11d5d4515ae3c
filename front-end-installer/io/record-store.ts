/** The installer's record and the originals that it keeps, in a folder that only its owner reads. */
import { mkdir, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { type OneExtError, reasonOf } from '../../lib/errors/oneext-error.ts';
import { takeLock } from '../../lib/io/lock.ts';
import { removeTemporaries, writeAtomic } from '../../lib/io/write-atomic.ts';
import { installError } from '../errors.ts';
import { absent, digestOf, type FileState } from '../file-state.ts';
import { formatRecord, type InstallRecord, type OriginalState, parseRecord } from '../record.ts';
import { isAbsent, isForbidden } from './files.ts';

export interface RecordStore {
  /** `undefined` where nothing is installed. Fails with INSTALL_RECORD. */
  readonly read: () => Promise<InstallRecord | undefined>;
  readonly write: (record: InstallRecord | undefined) => Promise<void>;
  readonly keep: (state: FileState) => Promise<OriginalState>;
  /** Fails with INSTALL_RECORD where the copy is not there, or not what it was. */
  readonly original: (state: OriginalState) => Promise<FileState>;
  /** Removes originals that the record does not name; without a record, all that there is. */
  readonly tidy: (record: InstallRecord | undefined) => Promise<void>;
  /** One run at a time, until what is given back is called: fails with INSTALL_UNDERWAY. */
  readonly lock: () => Promise<() => Promise<void>>;
}

export const recordStoreIn = (folder: string): RecordStore => {
  const file = path.join(folder, 'record.json');
  const originals = path.join(folder, 'originals');
  const fail = (detail: string, cause?: unknown): OneExtError =>
    installError('INSTALL_RECORD', { path: file, detail }, cause);

  /** The folder that host.sh and oneext hosts use too is open to everybody, ours in it is not. */
  const makeFolder = async (): Promise<void> => {
    await mkdir(path.dirname(folder), { recursive: true, mode: 0o755 });
    await mkdir(folder, { recursive: true, mode: 0o700 });
  };

  const readCopy = async (sha256: string): Promise<Buffer> => {
    const copy = path.join(originals, sha256);
    const content = await readFile(copy).catch((thrown: unknown) => {
      throw fail(reasonOf(thrown), thrown);
    });
    if (digestOf(content) !== sha256) throw fail(`${copy} is not what was saved`);
    return content;
  };

  return {
    async read() {
      let text: string;
      try {
        text = await readFile(file, 'utf8');
      } catch (thrown) {
        if (isAbsent(thrown)) return undefined;
        if (isForbidden(thrown))
          throw installError('INSTALL_NOT_ROOT', { uid: process.getuid?.() ?? 0 }, thrown);
        throw fail(reasonOf(thrown), thrown);
      }
      const record = parseRecord(text);
      if (record === undefined) throw fail('it is not a record that this version can read');
      return record;
    },

    async write(record) {
      if (record === undefined) return rm(file, { force: true });
      await makeFolder();
      await writeAtomic(file, formatRecord(record), 0o600);
    },

    async keep(state) {
      if (state.kind !== 'file') return state;
      const { content, mode, uid, gid } = state;
      const sha256 = digestOf(content);
      await makeFolder();
      await mkdir(originals, { recursive: true, mode: 0o700 });
      await writeAtomic(path.join(originals, sha256), content, 0o600);
      return { kind: 'file', sha256, mode, uid, gid };
    },

    async original(state) {
      if (state.kind === 'absent') return absent;
      if (state.kind === 'link') return state;
      const { sha256, ...rest } = state;
      return { ...rest, content: await readCopy(sha256) };
    },

    async tidy(record) {
      if (record === undefined) {
        // The record last: without it nobody would come back for the originals, which may hold secrets.
        await rm(originals, { recursive: true, force: true });
        await removeTemporaries(file);
        return rm(file, { force: true });
      }
      const named = new Set(
        record.files.map(({ original }) => (original.kind === 'file' ? original.sha256 : '')),
      );
      const names = await readdir(originals).catch(() => []);
      for (const name of names.filter((one) => !named.has(one))) await rm(path.join(originals, name));
    },

    async lock() {
      await makeFolder();
      const release = await takeLock(path.join(folder, 'lock'));
      if (typeof release !== 'function')
        throw installError('INSTALL_UNDERWAY', { pid: release.pid ?? 'unknown' });
      return async () => {
        await release();
        // Nothing is installed: nothing is left. Folders with something in them stay.
        for (const empty of [originals, folder, path.dirname(folder)])
          await rmdir(empty).catch(() => undefined);
      };
    },
  };
};
