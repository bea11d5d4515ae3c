// Makes packages of dist/: a .deb, an .rpm, a tarball and their SHA256SUMS, byte for byte the same wherever and
// whenever it is run. What is needed is looked for before anything is built. packaging/README.md has the options.
import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

/** Kind of package -> the programs that make it, each with the package of Debian that has it. */
const toolsOf = {
  deb: { 'dpkg-deb': 'dpkg', tar: 'tar', gzip: 'gzip', 'llvm-strip': 'llvm' },
  rpm: { rpmbuild: 'rpm', gzip: 'gzip', 'llvm-strip': 'llvm' },
  tarball: { tar: 'tar', gzip: 'gzip', 'llvm-strip': 'llvm' },
};

const readList = (option, given, known) => {
  const list = given?.flatMap((names) => names.split(','));
  const unknown = list?.find((name) => !known.includes(name));
  if (unknown === undefined) return list;
  throw new Error(`${option} must be one or more of ${known.join(', ')}, not ${JSON.stringify(unknown)}`);
};

const readArguments = () => {
  const { values } = parseArgs({
    options: {
      output: { type: 'string', default: 'packages' },
      // The project has no address: whoever distributes packages answers for them.
      maintainer: {
        type: 'string',
        default: 'opennebula-extensions <maintainers@opennebula-extensions.invalid>',
      },
      only: { type: 'string', multiple: true },
      arch: { type: 'string', multiple: true },
    },
  });
  const only = readList('--only', values.only, Object.keys(toolsOf));
  const arch = readList('--arch', values.arch, ['amd64', 'arm64']) ?? ['amd64', 'arm64'];
  return { ...values, only, arch };
};

/** The time of everything in the packages, in seconds since 1970. */
const readTime = () => {
  const given = process.env.SOURCE_DATE_EPOCH;
  if (given !== undefined) {
    if (/^\d{1,10}$/.test(given)) return Number(given);
    throw new Error(`SOURCE_DATE_EPOCH must be seconds since 1970, not ${JSON.stringify(given)}`);
  }
  try {
    return Number(execFileSync('git', ['log', '-1', '--format=%ct'], { stdio: 'pipe' }).toString());
  } catch {
    throw new Error(
      'the packages get the time of the git commit, and there is none: set SOURCE_DATE_EPOCH to seconds since 1970',
    );
  }
};

const isThere = (tool) =>
  (process.env.PATH ?? '').split(':').some((folder) => {
    try {
      accessSync(path.join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** Why a kind of package cannot be made, or undefined. */
const findObstacle = (kind) => {
  const missing = Object.entries(toolsOf[kind]).filter(([tool]) => !isThere(tool));
  if (missing.length === 0) return undefined;
  const tools = missing.map(([tool]) => tool).join(', ');
  const packages = missing.map(([, name]) => name).join(' ');
  return `cannot make the ${kind}, because these programs are missing: ${tools}. On Debian: apt-get install ${packages}`;
};

const run = (what, program, argv) => {
  // stdout is for the list of what was made.
  const { status, error } = spawnSync(program, argv, { stdio: ['inherit', 2, 'inherit'] });
  if (status !== 0) throw new Error(`${what} failed${error === undefined ? '' : `: ${error.message}`}`);
};

const build = () => {
  run('the build', 'npm', ['run', '--silent', 'build']);
  // Both kinds of Node on any machine: npm would refuse that of another.
  const flags = ['--force', '--ignore-scripts'];
  run('the installation of the Node for the packages', process.execPath, [
    'scripts/install.mjs',
    'packaging/private-node',
    ...flags,
  ]);
};

const say = (text) => process.stderr.write(`package: ${text}\n`);

const main = async () => {
  const { output, maintainer, only, arch } = readArguments();
  const time = readTime();
  const looked = (only ?? Object.keys(toolsOf)).map((kind) => ({ kind, obstacle: findObstacle(kind) }));
  const kinds = looked.flatMap(({ kind, obstacle }) => (obstacle === undefined ? [kind] : []));
  const obstacles = looked.flatMap(({ obstacle }) => obstacle ?? []);
  if (kinds.length === 0 || (only !== undefined && obstacles.length > 0))
    throw new Error(obstacles.join('\n'));
  obstacles.forEach(say);
  mkdirSync(output, { recursive: true });
  build();
  const { makePackages } = await import('../build/scripts/make-packages.js');
  process.stdout.write(await makePackages({ kinds, architectures: arch, output, maintainer, time }));
  // Once more, below the list of what was made.
  obstacles.forEach(say);
};

main().catch((thrown) => {
  for (const line of thrown.message.split('\n')) say(line);
  process.exitCode = 1;
});
