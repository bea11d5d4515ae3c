/** Makes the .rpm from its tree. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Architecture } from '../architectures.ts';
import { fillTemplate } from '../fill-template.ts';
import { formatSpecFiles, type PackagedFile } from '../tree.ts';
import { runTool } from './tools.ts';

const scriptOf = (body: string): string =>
  readFileSync(`packaging/scripts/${body}.sh`, 'utf8').replaceAll('%', '%%');

export interface RpmInput {
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

export const buildRpm = (input: RpmInput): void => {
  const { root, files, architecture, version, maintainer, changelog, time, scratch, output } = input;
  const spec = path.join(scratch, 'opennebula-extensions.spec');
  const text = fillTemplate(readFileSync('packaging/rpm/opennebula-extensions.spec', 'utf8'), {
    VERSION: version,
    MAINTAINER: maintainer,
    INSTALLING: scriptOf('installing'),
    CONFIGURED: scriptOf('configured'),
    REMOVING: scriptOf('removing'),
    REMOVED: scriptOf('removed'),
    FILES: formatSpecFiles(files),
    CHANGELOG: changelog,
  });
  writeFileSync(spec, text);
  const macros = {
    _topdir: scratch,
    _rpmdir: path.dirname(output),
    _rpmfilename: path.basename(output),
    tree: root,
  };
  const defines = Object.entries(macros).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
  runTool('rpmbuild', ['-bb', '--quiet', '--target', `${architecture.machine}-linux`, ...defines, spec], {
    time,
    home: scratch,
  });
};
