/** Makes packages of dist/ as it is: scripts/package.mjs finds out before which ones can be made, and builds it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { version } from '../lib/version.ts';
import { type Architecture, architectures } from '../packaging/architectures.ts';
import { formatDebianChangelog, formatRpmChangelog, parseChangelog } from '../packaging/changelog.ts';
import { formatBashCompletion } from '../packaging/completions/bash.ts';
import { formatFishCompletion } from '../packaging/completions/fish.ts';
import { formatZshCompletion } from '../packaging/completions/zsh.ts';
import { fillTemplate } from '../packaging/fill-template.ts';
import { buildDeb } from '../packaging/io/build-deb.ts';
import { buildRpm } from '../packaging/io/build-rpm.ts';
import { buildTarball } from '../packaging/io/build-tarball.ts';
import { stripNode } from '../packaging/io/private-node.ts';
import { readBuilt, readDocumentPaths, sha256Of } from '../packaging/io/read-inputs.ts';
import { writeTree } from '../packaging/io/write-tree.ts';
import { formatManual } from '../packaging/manual.ts';
import { formatThirdParties } from '../packaging/third-parties.ts';
import {
  debianFiles,
  debianLayout,
  planTree,
  rpmLayout,
  systemFiles,
  type TreeInput,
  tarballLayout,
} from '../packaging/tree.ts';
import { readCommands } from './read-commands.ts';

const readTreeInput = async (time: number): Promise<Omit<TreeInput, 'node'>> => {
  const commands = await readCommands();
  const date = new Date(time * 1000).toISOString().slice(0, 10);
  return {
    built: readBuilt(),
    documents: readDocumentPaths(),
    manual: formatManual(readFileSync('packaging/oneext.1', 'utf8'), commands, { version, date }),
    completions: {
      bash: formatBashCompletion(commands),
      zsh: formatZshCompletion(commands),
      fish: formatFishCompletion(commands),
    },
    copyright: fillTemplate(readFileSync('packaging/debian/copyright', 'utf8'), {
      THIRD_PARTIES: formatThirdParties(readFileSync('dist/THIRD-PARTY-LICENSES', 'utf8')),
    }),
  };
};

interface Making {
  readonly input: TreeInput;
  readonly architecture: Architecture;
  /** Of everything in the packages, in seconds since 1970. */
  readonly time: number;
  readonly maintainer: string;
  readonly scratch: string;
  /** The folder of the packages, absolute. */
  readonly output: string;
}
const readChangelog = (time: number) => parseChangelog(readFileSync('CHANGELOG.md', 'utf8'), time);

const makeDeb = ({ input, architecture, time, maintainer, scratch, output }: Making): string => {
  const name = `opennebula-extensions_${version}_${architecture.name}.deb`;
  const root = path.join(scratch, 'deb');
  const changelog = formatDebianChangelog(readChangelog(time), maintainer);
  const files = [...planTree(debianLayout, input), ...systemFiles, ...debianFiles(changelog)];
  writeTree(root, files, time);
  buildDeb({ root, files, architecture, version, maintainer, time, output: path.join(output, name) });
  return name;
};

const makeRpm = ({ input, architecture, time, maintainer, scratch, output }: Making): string => {
  const name = `opennebula-extensions-${version}-1.${architecture.machine}.rpm`;
  const root = path.join(scratch, 'rpm');
  const changelog = formatRpmChangelog(readChangelog(time), maintainer);
  const files = [...planTree(rpmLayout, input), ...systemFiles];
  writeTree(root, files, time);
  buildRpm({
    root,
    files,
    architecture,
    version,
    maintainer,
    changelog,
    time,
    scratch,
    output: path.join(output, name),
  });
  return name;
};

const makeTarball = ({ input, architecture, time, scratch, output }: Making): string => {
  const folder = `opennebula-extensions-${version}`;
  const name = `${folder}.${architecture.machine}.tar.gz`;
  const root = path.join(scratch, 'tarball');
  writeTree(root, planTree(tarballLayout(folder), input), time);
  buildTarball({ root, folder, time, output: path.join(output, name) });
  return name;
};

/** Each makes a file and says its name. */
const makers = { deb: makeDeb, rpm: makeRpm, tarball: makeTarball } as const;

export interface PackagesInput {
  readonly kinds: readonly (keyof typeof makers)[];
  readonly architectures: readonly Architecture['name'][];
  /** The folder for the packages, which exists. */
  readonly output: string;
  readonly maintainer: string;
  /** Of everything in the packages, in seconds since 1970. */
  readonly time: number;
}

/** The content of SHA256SUMS, which stands beside the packages. */
export const makePackages = async (wanted: PackagesInput): Promise<string> => {
  const { kinds, time, maintainer } = wanted;
  const output = path.resolve(wanted.output);
  const scratches = mkdtempSync(path.join(tmpdir(), 'oneext-packages-'));
  try {
    const input = await readTreeInput(time);
    const chosen = architectures.filter(({ name }) => wanted.architectures.includes(name));
    const names = chosen.flatMap((architecture) => {
      const scratch = path.join(scratches, architecture.name);
      mkdirSync(scratch);
      const node = stripNode(architecture, scratch, time);
      const making = { input: { ...input, node }, architecture, time, maintainer, scratch, output };
      const made = kinds.map((kind) => makers[kind](making));
      rmSync(scratch, { recursive: true });
      return made;
    });
    const sums = names.map((name) => `${sha256Of(path.join(output, name))}  ${name}\n`).join('');
    writeFileSync(path.join(output, 'SHA256SUMS'), sums);
    return sums;
  } finally {
    rmSync(scratches, { recursive: true, force: true });
  }
};
