/**
 * Replaces prometheus.yml: a temporary file beside it, promtool's check of that, a backup of the old one, a
 * rename. Whatever fails before the rename leaves the file as it was.
 */
import { access, constants, readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { OneExtError, reasonOf } from '../../lib/errors/oneext-error.ts';
import {
  besideFile,
  followLinks,
  type HeldFolder,
  readFileIn,
  removeFileIn,
} from '../../lib/io/held-folder.ts';
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
    const realPath = await followLinks(file);
    const { bytes, mode, uid, gid } = await besideFile(realPath, (held, name) =>
      readFileIn(held, name, mostBytes),
    );
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { path: file, realPath, text, bytes, mode, owner: { uid, gid } };
  } catch (thrown) {
    throw prometheusError('PROMETHEUS_CONFIG_UNREADABLE', { path: file, detail: reasonOf(thrown) }, thrown);
  }
};

const backupPrefix = (name: string): string => `${name}.oneext-`;

/** `prometheus.yml.oneext-20260102T030405.678Z.bak`: by name is by time. */
const backupName = (name: string, now: Date): string =>
  `${backupPrefix(name)}${now.toISOString().replaceAll(/[-:]/g, '')}.bak`;

const removeOldBackups = async (held: HeldFolder, name: string): Promise<void> => {
  const names = await readdir(held.at('.'));
  const backups = names.filter((one) => one.startsWith(backupPrefix(name)) && one.endsWith('.bak')).sort();
  for (const one of backups.slice(0, -keptBackups)) await removeFileIn(held, one);
};

const checkByPromtool = async (promtool: string, temporary: string, shownPath: string): Promise<void> => {
  try {
    await runCommand([promtool, 'check', 'config', temporary], promtoolTimeoutMs);
  } catch (thrown) {
    const detail = reasonOf(thrown)
      .replaceAll(temporary, shownPath)
      .replaceAll(path.dirname(temporary), path.dirname(shownPath))
      .replaceAll(/\s*\n\s*/g, ' ');
    throw prometheusError('PROMETHEUS_CONFIG_REJECTED', { path: shownPath, detail }, thrown);
  }
};

export interface ReplaceOptions {
  readonly promtool: string;
  readonly now: Date;
}

/** Root does all of it in the folder that is held: its path may be changed by others. The name of the backup. */
const replaceIn = async (
  held: HeldFolder,
  name: string,
  file: ConfigFile,
  text: string,
  { promtool, now }: ReplaceOptions,
): Promise<string> => {
  const { mode, owner } = file;
  const temporary = path.basename(temporaryPath(name));
  const backup = backupName(name, now);
  try {
    await access(held.at(name), constants.W_OK); // a rename would not ask
    await writeNew(held.at(temporary), text, mode, owner);
    await checkByPromtool(promtool, held.atForOthers(temporary), file.path);
    const { bytes } = await readFileIn(held, name, mostBytes);
    if (!bytes.equals(file.bytes)) {
      throw prometheusError('PROMETHEUS_CONFIG_CHANGED', { path: file.path });
    }
    await writeNew(held.at(backup), file.bytes, mode, owner);
    await rename(held.at(temporary), held.at(name));
    await removeOldBackups(held, name);
    return backup;
  } finally {
    await removeFileIn(held, temporary);
  }
};

/** The path of the backup. Fails with PROMETHEUS_CONFIG_REJECTED, _CHANGED or _WRITE, or with PATH_REFUSED. */
export const replaceConfigFile = async (
  file: ConfigFile,
  text: string,
  options: ReplaceOptions,
): Promise<string> => {
  const replace = (held: HeldFolder, name: string) => replaceIn(held, name, file, text, options);
  try {
    return path.join(path.dirname(file.realPath), await besideFile(file.realPath, replace));
  } catch (thrown) {
    if (thrown instanceof OneExtError) throw thrown;
    throw prometheusError('PROMETHEUS_CONFIG_WRITE', { path: file.path, detail: reasonOf(thrown) }, thrown);
  }
};
