/** The packages of what is built. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { makePackages as makeThem } from '../../scripts/make-packages.ts';

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

/** Of everything in the packages, in seconds since 1970. */
export const commitTime = (): number =>
  Number(execFileSync('git', ['log', '-1', '--format=%ct'], { encoding: 'utf8' }));

/** Makes them of dist/, in `folder`. */
export const makePackages = async (folder: string): Promise<Packages> => {
  const maintainer = 'opennebula-extensions <maintainers@opennebula-extensions.invalid>';
  await makeThem({ kinds: ['deb', 'rpm', 'tarball'], output: folder, maintainer, time: commitTime() });
  return packagesIn(folder);
};
