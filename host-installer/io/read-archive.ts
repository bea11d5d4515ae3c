/** What goes to a hypervisor: host.sh with its parts, and the sudo rules of live migration. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { arch } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { type Brought, machineOf } from '../brought.ts';
import { hostsError } from '../errors.ts';
import { sudoersPath } from '../remote-run.ts';
import { formatTar, type TarEntry } from '../tar.ts';

const readEntry = async (file: string, name: string): Promise<TarEntry> => {
  const mode = (await stat(file)).mode & 0o777;
  return { path: name, mode, content: await readFile(file) };
};

const digestOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

const agentFiles = [
  'LICENSE',
  'THIRD-PARTY-LICENSES',
  'node/bin/node',
  'opennebula-power-agent',
  'package.json',
] as const;

/**
 * The files of the package opennebula-extensions-node, as far as its agent needs them.
 * @throws OneExtError HOSTS_INSTALLER_MISSING
 */
export const readAgentArchive = async (suiteFolder: string): Promise<Brought> => {
  try {
    const entries = await Promise.all(
      agentFiles.map((name) => readEntry(path.join(suiteFolder, name), name)),
    );
    const content = await promisify(gzip)(formatTar(entries));
    return { option: '--onepower-archive', content, sha256: digestOf(content), machine: machineOf(arch()) };
  } catch (thrown) {
    throw hostsError('HOSTS_INSTALLER_MISSING', { folder: suiteFolder, detail: reasonOf(thrown) }, thrown);
  }
};

/** @throws OneExtError HOSTS_PROGRAM_UNREADABLE */
export const readKeplerBinary = async (file: string): Promise<Brought> => {
  try {
    const content = await readFile(file);
    return { option: '--kepler-binary', content, sha256: digestOf(content), machine: 'any' };
  } catch (thrown) {
    throw hostsError('HOSTS_PROGRAM_UNREADABLE', { file, detail: reasonOf(thrown) }, thrown);
  }
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
