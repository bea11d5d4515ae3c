/** What packages are made from: the built files and the documents. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { BuiltFile } from '../tree.ts';

export const sha256Of = (file: string): string =>
  createHash('sha256').update(readFileSync(file)).digest('hex');

/** Sorted by character codes, whatever the language of the machine. */
const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(path.join(folder, name)).isFile())
    .sort();

/** Without the Node that the build has put there: packages bring another. */
export const readBuilt = (): readonly BuiltFile[] =>
  filesBelow('dist').flatMap((name) => {
    if (name.startsWith('node/')) return [];
    const file = path.join('dist', name);
    const { mode, size } = statSync(file);
    return [{ path: name, isExecutable: (mode & 0o100) !== 0, size, sha256: sha256Of(file) }];
  });

/** What operators read, with the paths of the repository: links from one to the other hold. */
export const readDocumentPaths = (): readonly string[] => {
  const names = readdirSync('.').filter((name) => !name.startsWith('.') && name !== 'node_modules');
  const readmes = names.map((name) => `${name}/README.md`).filter((name) => existsSync(name));
  const docs = filesBelow('docs').map((name) => `docs/${name}`);
  const guest = filesBelow('guest')
    .filter((name) => !name.endsWith('.ts'))
    .map((name) => `guest/${name}`); // docs/guests.md has them copied into a VM
  return [
    ...new Set([...names.filter((name) => name.endsWith('.md')), ...readmes, ...docs, ...guest]),
  ].sort();
};
