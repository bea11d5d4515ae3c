/** What goes to a hypervisor: host.sh with its parts, and the sudo rules of live migration. */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { hostsError } from '../errors.ts';
import { sudoersPath } from '../remote-run.ts';
import { formatTar, type TarEntry } from '../tar.ts';

const readEntry = async (file: string, name: string): Promise<TarEntry> => {
  const mode = (await stat(file)).mode & 0o777;
  return { path: name, mode, content: await readFile(file) };
};

/**
 * @param suiteFolder where host-installer/ and sudoers.d/ stand, beside the executable
 * @throws OneExtError HOSTS_INSTALLER_MISSING
 */
export const readArchive = async (suiteFolder: string): Promise<Buffer> => {
  const folder = path.join(suiteFolder, 'host-installer');
  try {
    const found = await readdir(folder, { recursive: true, withFileTypes: true });
    const names = found
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)))
      .sort();
    const entries = await Promise.all(names.map((name) => readEntry(path.join(folder, name), name)));
    return formatTar([...entries, await readEntry(path.join(suiteFolder, sudoersPath), sudoersPath)]);
  } catch (thrown) {
    throw hostsError('HOSTS_INSTALLER_MISSING', { folder, detail: reasonOf(thrown) }, thrown);
  }
};
