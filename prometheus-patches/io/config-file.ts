/**
 * Replaces prometheus.yml: a temporary file beside it, promtool's check of that, a backup of the old one, a
 * rename. Whatever fails before the rename leaves the file as it was.
 */
import { access, chown, constants, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { OneExtError, reasonOf } from '../../lib/errors/oneext-error.ts';
import { runCommand } from '../../lib/io/run-command.ts';
import { temporaryPath, writeNew } from '../../lib/io/write-atomic.ts';
import { prometheusError } from '../errors.ts';

export interface ConfigFile {
  /** As it was given. */
  readonly path: string;
  /** Where it stands: a link is followed, and stays. */
  readonly realPath: string;
  readonly text: string;
  readonly bytes: Buffer;
  readonly mode: number;
  readonly owner: { readonly uid: number; readonly gid: number };
}

const mostBytes = 16 * 1024 * 1024;
const promtoolTimeoutMs = 60_000;
const keptBackups = 5;

/** Fails with PROMETHEUS_CONFIG_UNREADABLE, also where the bytes are not UTF-8. */
export const readConfigFile = async (file: string): Promise<ConfigFile> => {
  try {
    const realPath = await realpath(file);
    const { size, mode, uid, gid } = await stat(realPath);
    if (size > mostBytes) throw new Error(`it has ${size} bytes, more than ${mostBytes}`);
    const bytes = await readFile(realPath);
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { path: file, realPath, text, bytes, mode: mode & 0o7777, owner: { uid, gid } };
  } catch (thrown) {
    throw prometheusError('PROMETHEUS_CONFIG_UNREADABLE', { path: file, detail: reasonOf(thrown) }, thrown);
  }
};

const backupPrefix = (file: string): string => `${path.basename(file)}.oneext-`;

/** `prometheus.yml.oneext-20260102T030405.678Z.bak`: by name is by time. */
const backupPath = (file: string, now: Date): string =>
  path.join(path.dirname(file), `${backupPrefix(file)}${now.toISOString().replaceAll(/[-:]/g, '')}.bak`);

const removeOldBackups = async (file: string): Promise<void> => {
  const names = await readdir(path.dirname(file));
  const backups = names.filter((name) => name.startsWith(backupPrefix(file)) && name.endsWith('.bak')).sort();
  for (const name of backups.slice(0, -keptBackups))
    await rm(path.join(path.dirname(file), name), { force: true });
};

const checkByPromtool = async (promtool: string, temporary: string, shownPath: string): Promise<void> => {
  try {
    await runCommand([promtool, 'check', 'config', temporary], promtoolTimeoutMs);
  } catch (thrown) {
    const detail = reasonOf(thrown)
      .replaceAll(temporary, shownPath)
      .replaceAll(/\s*\n\s*/g, ' ');
    throw prometheusError('PROMETHEUS_CONFIG_REJECTED', { path: shownPath, detail }, thrown);
  }
};

/** As the old one was; the owner only as far as this user may give files away. */
const writeLike = async (
  file: string,
  content: string | Buffer,
  { mode, owner }: ConfigFile,
): Promise<void> => {
  await writeNew(file, content, mode);
  const made = await stat(file);
  if (made.uid === owner.uid && made.gid === owner.gid) return;
  await chown(file, owner.uid, owner.gid).catch(() => undefined);
};

export interface ReplaceOptions {
  readonly promtool: string;
  readonly now: Date;
}

/** The path of the backup. Fails with PROMETHEUS_CONFIG_REJECTED, _CHANGED or _WRITE. */
export const replaceConfigFile = async (
  file: ConfigFile,
  text: string,
  { promtool, now }: ReplaceOptions,
): Promise<string> => {
  const { realPath } = file;
  const temporary = temporaryPath(realPath);
  const backup = backupPath(realPath, now);
  try {
    await access(realPath, constants.W_OK); // a rename would not ask
    await writeLike(temporary, text, file);
    await checkByPromtool(promtool, temporary, file.path);
    if (!(await readFile(realPath)).equals(file.bytes)) {
      throw prometheusError('PROMETHEUS_CONFIG_CHANGED', { path: file.path });
    }
    await writeLike(backup, file.bytes, file);
    await rename(temporary, realPath);
    await removeOldBackups(realPath);
    return backup;
  } catch (thrown) {
    if (thrown instanceof OneExtError) throw thrown;
    throw prometheusError('PROMETHEUS_CONFIG_WRITE', { path: file.path, detail: reasonOf(thrown) }, thrown);
  } finally {
    await rm(temporary, { force: true });
  }
};
