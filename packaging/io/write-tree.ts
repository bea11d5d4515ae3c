/** Lays out the tree of a package: content, modes and times are given, nothing is taken from the machine. */
import {
  chmodSync,
  copyFileSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { foldersOf, type PackagedFile } from '../tree.ts';
import { gzip } from './tools.ts';

const put = async (
  root: string,
  { path: name, mode, content }: PackagedFile,
  time: number,
): Promise<void> => {
  const target = path.join(root, name);
  if ('linkTo' in content) symlinkSync(content.linkTo, target);
  else if ('sameAs' in content) linkSync(path.join(root, content.sameAs), target);
  else {
    if ('copyOf' in content) copyFileSync(content.copyOf, target);
    else writeFileSync(target, 'text' in content ? content.text : await gzip(content.gzipOf, time));
    chmodSync(target, mode);
  }
};

export const writeTree = async (
  root: string,
  files: readonly PackagedFile[],
  time: number,
): Promise<void> => {
  const folders = foldersOf(files.map(({ path: name }) => name));
  mkdirSync(root);
  for (const folder of folders) mkdirSync(path.join(root, folder));
  for (const file of files) await put(root, file, time);
  for (const file of files) lutimesSync(path.join(root, file.path), time, time);
  for (const folder of ['', ...[...folders].reverse()]) {
    chmodSync(path.join(root, folder), 0o755);
    utimesSync(path.join(root, folder), time, time);
  }
};
