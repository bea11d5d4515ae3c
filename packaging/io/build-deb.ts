/** Makes the .deb from its tree. */
import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Architecture } from '../architectures.ts';
import { fillTemplate } from '../fill-template.ts';
import type { PackageKind, PackageScript } from '../packages.ts';
import { foldersOf, type PackagedFile } from '../tree.ts';
import { runTool } from './tools.ts';

/** The scripts of a package: their names, and the argument of dpkg for which they do something. */
const maintainerScripts: Readonly<Record<PackageScript, { readonly name: string; readonly action: string }>> =
  {
    installing: { name: 'preinst', action: 'install' },
    configured: { name: 'postinst', action: 'configure' },
    removing: { name: 'prerm', action: 'remove' },
    removed: { name: 'postrm', action: 'purge' },
  };

const hasContent = ({ content }: PackagedFile): boolean => !('linkTo' in content);

const md5sums = (root: string, files: readonly PackagedFile[]): string =>
  files
    .filter((file) => hasContent(file) && file.isConfiguration !== true)
    .map(({ path: name }) => name)
    .sort()
    .map(
      (name) =>
        `${createHash('md5')
          .update(readFileSync(path.join(root, name)))
          .digest('hex')}  ${name}\n`,
    )
    .join('');

/** As Debian's policy counts: each file in whole KiB, 1 for anything else. */
const installedKib = (root: string, files: readonly PackagedFile[]): number =>
  files
    .filter(({ content }) => !('sameAs' in content))
    .map((file) => (hasContent(file) ? Math.ceil(lstatSync(path.join(root, file.path)).size / 1024) : 1))
    .reduce((sum, kib) => sum + kib, foldersOf(files.map(({ path: name }) => name)).length);

export interface DebInput {
  readonly kind: PackageKind;
  /** Has the files already. */
  readonly root: string;
  readonly files: readonly PackagedFile[];
  readonly architecture: Architecture;
  readonly version: string;
  readonly maintainer: string;
  readonly time: number;
  readonly output: string;
}

export const buildDeb = async (input: DebInput): Promise<void> => {
  const { kind, root, files, architecture, version, maintainer, time, output } = input;
  const put = (name: string, text: string, mode = 0o644): void => {
    const file = path.join(root, 'DEBIAN', name);
    writeFileSync(file, text);
    chmodSync(file, mode);
    utimesSync(file, time, time);
  };
  const size = String(installedKib(root, files));
  mkdirSync(path.join(root, 'DEBIAN'));
  chmodSync(path.join(root, 'DEBIAN'), 0o755);
  const template = readFileSync(`packaging/${kind.name}/control`, 'utf8');
  const values = { VERSION: version, ARCHITECTURE: architecture.name, MAINTAINER: maintainer };
  put('control', fillTemplate(template, { ...values, INSTALLED_KIB: size }));
  put('md5sums', md5sums(root, files));
  const configuration = files.filter(({ isConfiguration }) => isConfiguration === true);
  put('conffiles', configuration.map(({ path: name }) => `/${name}\n`).join(''));
  for (const body of kind.scripts) {
    const { name, action } = maintainerScripts[body];
    const script = readFileSync(`packaging/${kind.name}/scripts/${body}.sh`, 'utf8');
    put(name, `#!/bin/sh\nset -e\n[ "$1" = ${action} ] || exit 0\n${script}`, 0o755);
  }
  for (const folder of ['DEBIAN', '.']) utimesSync(path.join(root, folder), time, time);
  // One thread: more would cut the data otherwise. A level of 6 takes four times as long, for a seventh less.
  const compression = ['-Zxz', '-z1', '--threads-max=1'];
  await runTool('dpkg-deb', ['--root-owner-group', ...compression, '--build', root, output], { time });
};
