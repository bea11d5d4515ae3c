/** What there is on a front-end, before anything is planned. */
import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import type { Places } from '../../lib/one/places.ts';
import type { Owners } from '../desired-files.ts';
import { installError } from '../errors.ts';
import type { FrontEnd, PackageFile } from '../wanted-files.ts';
import type { FileSystem } from './files.ts';

const readPackageFile = async (folder: string, file: string): Promise<PackageFile> => {
  const name = path.relative(folder, file);
  const stats = await lstat(file);
  if (stats.isSymbolicLink())
    return { name, content: Buffer.alloc(0), mode: 0o777, linkTo: await realpath(file) };
  return { name, content: await readFile(file), mode: (stats.mode & 0o100) === 0 ? 0o644 : 0o755 };
};

/** Files and links of the package, in the order of their names. Fails with INSTALL_PACKAGE. */
export const readPackage = async (folder: string): Promise<readonly PackageFile[]> => {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
    const all = await Promise.all(files.sort().map((file) => readPackageFile(folder, file)));
    if (!all.some(({ name }) => name === 'oneext')) throw new Error('it has no oneext');
    return all;
  } catch (thrown) {
    throw installError('INSTALL_PACKAGE', { path: folder, detail: reasonOf(thrown) }, thrown);
  }
};

const unitFolders = ['/etc/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'];
const hypervisorRules = ['/etc/sudoers.d/opennebula-node-kvm', '/etc/sudoers.d/opennebula-node'];

const anyExists = async (fileSystem: FileSystem, paths: readonly string[]): Promise<boolean> =>
  (await Promise.all(paths.map(fileSystem.exists))).includes(true);

const isSameFolder = async (a: string, b: string): Promise<boolean> => {
  const [first, second] = await Promise.all([a, b].map((one) => realpath(one).catch(() => one)));
  return first === second;
};

export interface Survey {
  readonly frontEnd: FrontEnd;
  readonly owners: Owners;
}

/** Fails with INSTALL_NO_FRONT_END where there is no OpenNebula. */
export const surveyFrontEnd = async (
  fileSystem: FileSystem,
  places: Places,
  packageFolder: string,
): Promise<Survey> => {
  const needed = [`${places.etc}/oned.conf`, places.remotes];
  for (const path of needed) {
    if (!(await fileSystem.exists(path))) throw installError('INSTALL_NO_FRONT_END', { path });
  }
  const drivers = await stat(fileSystem.at(places.remotes));
  // What is self-contained has all of its files below one folder: units and rules for sudo are the system's.
  const isSystemWide = places.oneLocation === '';
  const isRoot = process.getuid?.() === 0;
  const myself = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  return {
    frontEnd: {
      places,
      packageIsInPlace: await isSameFolder(packageFolder, fileSystem.at(places.suite)),
      hasPrometheus: await fileSystem.exists(`${places.etc}/prometheus/prometheus.yml`),
      hasExporterUnit:
        isSystemWide &&
        (await anyExists(
          fileSystem,
          unitFolders.map((folder) => `${folder}/opennebula-exporter.service`),
        )),
      isHypervisor: isSystemWide && (await anyExists(fileSystem, hypervisorRules)),
    },
    owners: {
      root: isRoot ? { uid: 0, gid: 0 } : myself,
      oneadmin: isRoot ? { uid: drivers.uid, gid: drivers.gid } : myself,
    },
  };
};
