/** Makes the .deb from its tree. */
import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Architecture } from '../architectures.ts';
import { fillTemplate } from '../fill-template.ts';
import { foldersOf, type PackagedFile } from '../tree.ts';
import { runTool } from './tools.ts';

/** The scripts of a package: what is done, and the argument of dpkg for which it is. */
const maintainerScripts = {
  preinst: { action: 'install', body: 'installing' },
  postinst: { action: 'configure', body: 'configured' },
  prerm: { action: 'remove', body: 'removing' },
  postrm: { action: 'purge', body: 'removed' },
} as const;

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
  /** Has the files already. */
  readonly root: string;
  readonly files: readonly PackagedFile[];
  readonly architecture: Architecture;
  readonly version: string;
  readonly maintainer: string;
  readonly time: number;
  readonly output: string;
}

export const buildDeb = (input: DebInput): void => {
  const { root, files, architecture, version, maintainer, time, output } = input;
  const put = (name: string, text: string, mode = 0o644): void => {
    const file = path.join(root, 'DEBIAN', name);
    writeFileSync(file, text);
    chmodSync(file, mode);
    utimesSync(file, time, time);
  };
  const size = String(installedKib(root, files));
  mkdirSync(path.join(root, 'DEBIAN'));
  chmodSync(path.join(root, 'DEBIAN'), 0o755);
  const template = readFileSync('packaging/debian/control', 'utf8');
  const values = { VERSION: version, ARCHITECTURE: architecture.name, MAINTAINER: maintainer };
  put('control', fillTemplate(template, { ...values, INSTALLED_KIB: size }));
  put('md5sums', md5sums(root, files));
  const configuration = files.filter(({ isConfiguration }) => isConfiguration === true);
  put('conffiles', configuration.map(({ path: name }) => `/${name}\n`).join(''));
  for (const [name, { action, body }] of Object.entries(maintainerScripts)) {
    const script = readFileSync(`packaging/scripts/${body}.sh`, 'utf8');
    put(name, `#!/bin/sh\nset -e\n[ "$1" = ${action} ] || exit 0\n${script}`, 0o755);
  }
  for (const folder of ['DEBIAN', '.']) utimesSync(path.join(root, folder), time, time);
  // One thread: more would cut the data otherwise. A level of 6 takes four times as long, for a seventh less.
  const compression = ['-Zxz', '-z1', '--threads-max=1'];
  runTool('dpkg-deb', ['--root-owner-group', ...compression, '--build', root, output], { time });
};
