/** The packages of what is built. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { repositoryPath } from './expected.ts';

export interface Packages {
  readonly deb: string;
  readonly rpm: string;
  readonly tarball: string;
  readonly sums: string;
}

export const packagesIn = (folder: string): Packages => {
  const find = (end: string): string => {
    const name = readdirSync(folder).find((one) => one.endsWith(end));
    if (name === undefined) throw new Error(`no ${end} in ${folder}`);
    return path.join(folder, name);
  };
  return { deb: find('.deb'), rpm: find('.rpm'), tarball: find('.tar.gz'), sums: find('SHA256SUMS') };
};

/** Makes them of dist/, in `folder`. */
export const makePackages = (folder: string): Packages => {
  const script = repositoryPath('build/scripts/package.js');
  execFileSync(process.execPath, [script, '--output', folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  return packagesIn(folder);
};
