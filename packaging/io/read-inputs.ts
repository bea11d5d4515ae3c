/** What packages are made from: the time, the built files, the documents. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { BuiltFile } from '../tree.ts';

const readCommitTime = (): number => {
  try {
    return Number(execFileSync('git', ['log', '-1', '--format=%ct'], { stdio: 'pipe' }).toString());
  } catch {
    throw new Error(
      'there is no git commit whose time could be taken: set SOURCE_DATE_EPOCH to seconds since 1970',
    );
  }
};

/** The time of everything in the packages: SOURCE_DATE_EPOCH if it is given, else that of the commit. */
export const readTime = (): number => {
  const given = process.env['SOURCE_DATE_EPOCH'];
  if (given === undefined) return readCommitTime();
  if (/^\d{1,10}$/.test(given)) return Number(given);
  throw new Error(`SOURCE_DATE_EPOCH must be seconds since 1970, not ${JSON.stringify(given)}`);
};

export const sha256Of = (file: string): string =>
  createHash('sha256').update(readFileSync(file)).digest('hex');

/** Sorted by character codes, whatever the language of the machine. */
const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(path.join(folder, name)).isFile())
    .sort();

export const readBuilt = (): readonly BuiltFile[] =>
  filesBelow('dist').map((name) => {
    const file = path.join('dist', name);
    const { mode, size } = statSync(file);
    return { path: name, isExecutable: (mode & 0o100) !== 0, size, sha256: sha256Of(file) };
  });

/** What operators read, with the paths of the repository: links from one to the other hold. */
export const readDocumentPaths = (): readonly string[] => {
  const names = readdirSync('.').filter((name) => !name.startsWith('.') && name !== 'node_modules');
  const readmes = names.map((name) => `${name}/README.md`).filter((name) => existsSync(name));
  const docs = filesBelow('docs').map((name) => `docs/${name}`);
  return [...names.filter((name) => name.endsWith('.md')), ...readmes, ...docs].sort();
};
