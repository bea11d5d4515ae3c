/** Makes the .rpm from its tree. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Architecture } from '../architectures.ts';
import { fillTemplate } from '../fill-template.ts';
import type { PackageKind } from '../packages.ts';
import { formatSpecFiles, type PackagedFile } from '../tree.ts';
import { runTool } from './tools.ts';

const read = (name: string): string => readFileSync(`packaging/${name}`, 'utf8');

export interface RpmInput {
  readonly kind: PackageKind;
  /** Has the files already. */
  readonly root: string;
  readonly files: readonly PackagedFile[];
  readonly architecture: Architecture;
  readonly version: string;
  readonly maintainer: string;
  readonly changelog: string;
  readonly time: number;
  /** A folder for what rpmbuild needs meanwhile. */
  readonly scratch: string;
  readonly output: string;
}

export const buildRpm = async (input: RpmInput): Promise<void> => {
  const { kind, root, files, architecture, version, maintainer, changelog, time, scratch, output } = input;
  const scripts = kind.scripts.map((body) => [
    body.toUpperCase(),
    read(`${kind.name}/scripts/${body}.sh`).replaceAll('%', '%%'),
  ]);
  const ownFolders = [kind.programs, `usr/share/doc/${kind.name}`];
  const text = fillTemplate(read(`${kind.name}/spec`), {
    ...Object.fromEntries(scripts),
    VERSION: version,
    MAINTAINER: maintainer,
    FILES: formatSpecFiles(files, ownFolders),
    CHANGELOG: changelog,
  });
  const spec = path.join(scratch, `${kind.name}.spec`);
  writeFileSync(spec, `${read('spec-head')}${text}`);
  const macros = {
    _topdir: scratch,
    _rpmdir: path.dirname(output),
    _rpmfilename: path.basename(output),
    tree: root,
  };
  const defines = Object.entries(macros).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
  await runTool(
    'rpmbuild',
    ['-bb', '--quiet', '--target', `${architecture.machine}-linux`, ...defines, spec],
    {
      time,
      home: scratch,
    },
  );
};
