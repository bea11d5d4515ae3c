/** The packages of what is built. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { version } from '../../lib/version.ts';
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

const maintainer = 'opennebula-extensions <maintainers@opennebula-extensions.invalid>';

/** Of everything in the packages, in seconds since 1970. */
export const commitTime = (): number =>
  Number(execFileSync('git', ['log', '-1', '--format=%ct'], { encoding: 'utf8' }));

/** Of the sources as they are: where they have not changed, the packages have not. */
const nameSources = (): string => {
  const git = (...argv: readonly string[]): Buffer =>
    execFileSync('git', argv, { maxBuffer: 256 * 1024 * 1024 });
  const hash = createHash('sha256');
  for (const part of [git('rev-parse', 'HEAD'), git('diff', 'HEAD')]) hash.update(part);
  return hash
    .update(String(statSync('dist/oneext').mtimeMs))
    .digest('hex')
    .slice(0, 16);
};

/** Those of dist/ for this kind of machine: made once, as they are large. */
export const makePackages = async (): Promise<Packages> => {
  const folder = path.join('build/packages', nameSources());
  if (!existsSync(folder)) {
    const making = `${folder}.${process.pid}`;
    mkdirSync(making, { recursive: true });
    await makeThem({
      kinds: ['deb', 'rpm', 'tarball'],
      architectures: ['amd64'],
      output: making,
      maintainer,
      time: commitTime(),
    });
    renameSync(making, folder);
  }
  return packagesIn(path.resolve(folder));
};

/** The .deb for the other kind of machine, in that folder. */
export const makeOtherDeb = async (output: string): Promise<string> => {
  await makeThem({ kinds: ['deb'], architectures: ['arm64'], output, maintainer, time: commitTime() });
  return path.join(output, `opennebula-extensions_${version}_arm64.deb`);
};
