/**
 * Makes packages of dist/: a .deb, an .rpm, a tarball and their SHA256SUMS, byte for byte the same wherever and
 * whenever it is run. `--output FOLDER`, `--maintainer 'NAME <ADDRESS>'`; packaging/README.md has the rest.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { reasonOf } from '../lib/errors/oneext-error.ts';
import { version } from '../lib/version.ts';
import { formatDebianChangelog, formatRpmChangelog, parseChangelog } from '../packaging/changelog.ts';
import { formatBashCompletion } from '../packaging/completions/bash.ts';
import { formatFishCompletion } from '../packaging/completions/fish.ts';
import { formatZshCompletion } from '../packaging/completions/zsh.ts';
import { fillTemplate } from '../packaging/fill-template.ts';
import { buildDeb } from '../packaging/io/build-deb.ts';
import { buildRpm } from '../packaging/io/build-rpm.ts';
import { buildTarball } from '../packaging/io/build-tarball.ts';
import { readBuilt, readDocumentPaths, readTime, sha256Of } from '../packaging/io/read-inputs.ts';
import { checkTools } from '../packaging/io/tools.ts';
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

const { values } = parseArgs({
  options: {
    output: { type: 'string', default: 'packages' },
    // The project has no address: whoever distributes packages answers for them.
    maintainer: {
      type: 'string',
      default: 'opennebula-extensions <maintainers@opennebula-extensions.invalid>',
    },
  },
});

const readTreeInput = async (time: number): Promise<TreeInput> => {
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
  /** Of everything in the packages, in seconds since 1970. */
  readonly time: number;
  readonly scratch: string;
}
const output = (name: string): string => path.resolve(values.output, name);
const readChangelog = (time: number) => parseChangelog(readFileSync('CHANGELOG.md', 'utf8'), time);
const { maintainer } = values;

/** Each makes a file and says its name. */
const makeDeb = ({ input, time, scratch }: Making): string => {
  const name = `opennebula-extensions_${version}_all.deb`;
  const root = path.join(scratch, 'deb');
  const changelog = formatDebianChangelog(readChangelog(time), maintainer);
  const files = [...planTree(debianLayout, input), ...systemFiles, ...debianFiles(changelog)];
  writeTree(root, files, time);
  buildDeb({ root, files, version, maintainer, time, output: output(name) });
  return name;
};

const makeRpm = ({ input, time, scratch }: Making): string => {
  const name = `opennebula-extensions-${version}-1.noarch.rpm`;
  const root = path.join(scratch, 'rpm');
  const changelog = formatRpmChangelog(readChangelog(time), maintainer);
  const files = [...planTree(rpmLayout, input), ...systemFiles];
  writeTree(root, files, time);
  buildRpm({ root, files, version, maintainer, changelog, time, scratch, output: output(name) });
  return name;
};

const makeTarball = ({ input, time, scratch }: Making): string => {
  const folder = `opennebula-extensions-${version}`;
  const root = path.join(scratch, 'tarball');
  writeTree(root, planTree(tarballLayout(folder), input), time);
  buildTarball({ root, folder, time, output: output(`${folder}.tar.gz`) });
  return `${folder}.tar.gz`;
};

const main = async (): Promise<void> => {
  checkTools();
  const scratch = mkdtempSync(path.join(tmpdir(), 'oneext-packages-'));
  try {
    mkdirSync(values.output, { recursive: true });
    const time = readTime();
    const making = { input: await readTreeInput(time), time, scratch };
    const names = [makeDeb, makeRpm, makeTarball].map((make) => make(making));
    const sums = names.map((name) => `${sha256Of(output(name))}  ${name}\n`).join('');
    writeFileSync(output('SHA256SUMS'), sums);
    process.stdout.write(sums);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};

main().catch((thrown: unknown) => {
  process.stderr.write(`package: ${reasonOf(thrown)}\n`);
  process.exitCode = 1;
});
