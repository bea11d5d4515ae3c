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
import { nodesFolder, stripNode } from '../packaging/io/private-node.ts';
import { readBuilt, readDocumentPaths, sha256Of } from '../packaging/io/read-inputs.ts';
import { writeTree } from '../packaging/io/write-tree.ts';
import { formatManual } from '../packaging/manual.ts';
import { type PackageKind, packageKinds } from '../packaging/packages.ts';
import { formatThirdParties } from '../packaging/third-parties.ts';
import { debianFiles, type TreeInput } from '../packaging/tree.ts';
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
    copyrightFor: (programs) =>
      fillTemplate(readFileSync('packaging/copyright', 'utf8'), {
        PROGRAMS: `/${programs}`,
        THIRD_PARTIES: formatThirdParties(readFileSync('dist/THIRD-PARTY-LICENSES', 'utf8')),
      }),
  };
};

interface Making {
  readonly kind: PackageKind;
  readonly input: TreeInput;
  readonly architecture: Architecture;
  /** Of everything in the packages, in seconds since 1970. */
  readonly time: number;
  readonly maintainer: string;
  /** A folder of its own. */
  readonly scratch: string;
  /** The folder of the packages, absolute. */
  readonly output: string;
}
const readChangelog = (time: number) => parseChangelog(readFileSync('CHANGELOG.md', 'utf8'), time);

const makeDeb = async (making: Making): Promise<string> => {
  const { kind, input, architecture, time, maintainer, scratch, output } = making;
  const name = `${kind.name}_${version}_${architecture.name}.deb`;
  const root = path.join(scratch, 'tree');
  const changelog = formatDebianChangelog(kind.name, readChangelog(time), maintainer);
  const files = [...kind.planDeb(input), ...debianFiles(kind.name, changelog)];
  await writeTree(root, files, time);
  await buildDeb({ ...making, root, files, version, output: path.join(output, name) });
  return name;
};

const makeRpm = async (making: Making): Promise<string> => {
  const { kind, input, architecture, time, maintainer, scratch, output } = making;
  const name = `${kind.name}-${version}-1.${architecture.machine}.rpm`;
  const root = path.join(scratch, 'tree');
  const changelog = formatRpmChangelog(readChangelog(time), maintainer);
  const files = kind.planRpm(input);
  await writeTree(root, files, time);
  await buildRpm({ ...making, root, files, version, changelog, output: path.join(output, name) });
  return name;
};

/** Only of the whole suite: on a hypervisor, files of a tarball would stand where nobody updates them. */
const makeTarball = async (making: Making): Promise<string | undefined> => {
  const { kind, input, architecture, time, scratch, output } = making;
  if (kind.planTarball === undefined) return undefined;
  const folder = `${kind.name}-${version}`;
  const name = `${folder}.${architecture.machine}.tar.gz`;
  const root = path.join(scratch, 'tree');
  await writeTree(root, kind.planTarball(input, folder), time);
  await buildTarball({ root, folder, time, output: path.join(output, name) });
  return name;
};

/** Each makes a file, if there is one of that kind, and says its name. */
const makers = { deb: makeDeb, rpm: makeRpm, tarball: makeTarball } as const;

export interface PackagesInput {
  readonly kinds: readonly (keyof typeof makers)[];
  readonly architectures: readonly Architecture['name'][];
  /** The folder for the packages, which exists. */
  readonly output: string;
  readonly maintainer: string;
  /** Of everything in the packages, in seconds since 1970. */
  readonly time: number;
  /** The folder with the Node of each kind of machine. */
  readonly nodes?: string;
}

/** All for one kind of machine, at the same time: the names of the files. */
const makeFor = async (
  architecture: Architecture,
  wanted: PackagesInput,
  { input, scratches }: { readonly input: Omit<TreeInput, 'node'>; readonly scratches: string },
): Promise<readonly string[]> => {
  const { kinds, time, maintainer, nodes = nodesFolder } = wanted;
  const shared = path.join(scratches, architecture.name);
  mkdirSync(shared);
  const node = await stripNode(architecture, { nodes, scratch: shared, time });
  const made = packageKinds.flatMap((kind) =>
    kinds.map((format) => {
      const scratch = path.join(shared, `${kind.name}.${format}`);
      mkdirSync(scratch);
      const output = path.resolve(wanted.output);
      return makers[format]({
        kind,
        input: { ...input, node },
        architecture,
        time,
        maintainer,
        scratch,
        output,
      });
    }),
  );
  const names = await Promise.all(made);
  rmSync(shared, { recursive: true });
  return names.filter((name) => name !== undefined);
};

/** The content of SHA256SUMS, which stands beside the packages. */
export const makePackages = async (wanted: PackagesInput): Promise<string> => {
  const scratches = mkdtempSync(path.join(tmpdir(), 'oneext-packages-'));
  try {
    const input = await readTreeInput(wanted.time);
    const names: string[] = [];
    for (const architecture of architectures)
      if (wanted.architectures.includes(architecture.name))
        names.push(...(await makeFor(architecture, wanted, { input, scratches })));
    const sums = names.map((name) => `${sha256Of(path.join(wanted.output, name))}  ${name}\n`).join('');
    writeFileSync(path.join(wanted.output, 'SHA256SUMS'), sums);
    return sums;
  } finally {
    rmSync(scratches, { recursive: true, force: true });
  }
};
