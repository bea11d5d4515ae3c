/**
 * Runs the compiled tests, as many files at once as there are processors. `--update` rewrites expected files;
 * `--node PATH` runs them under another Node, without those of shell scripts, which run no Node; further arguments choose
 * tests by a part of their path.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { update: { type: 'boolean' }, node: { type: 'string', default: process.execPath } },
});

/** The programs of dist/ start with that Node from now on: at every moment there is one. */
const startProgramsWith = (node: string): void => {
  const link = 'dist/node/bin/node';
  rmSync(`${link}.new`, { force: true });
  symlinkSync(node, `${link}.new`);
  renameSync(`${link}.new`, link);
};

/** Tests of shell scripts alone: they find the same under every Node. */
const ofShell =
  /^(?:guest\/power-guest|host-installer\/(?:agents|host|host-faults|host-later-runs|host-options|shell|systems|undo))\.test\.ts$/;

const isChosen = (file: string): boolean =>
  positionals.length === 0
    ? values.node === process.execPath || !ofShell.test(file)
    : positionals.some((part) => file.includes(part));

const isWanted = (file: string): boolean =>
  file.endsWith('.test.ts') && !file.startsWith('system/') && isChosen(file);

const files = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter(isWanted)
  .sort()
  .map((file) => path.join('build/test', file.replace(/\.ts$/, '.js')));

if (files.length === 0) {
  process.stderr.write(`no test has ${positionals.join(' or ')} in its path\n`);
  process.exitCode = 1;
} else {
  startProgramsWith(values.node);
  const run = spawnSync(
    values.node,
    [
      '--enable-source-maps',
      '--test',
      `--test-concurrency=${availableParallelism()}`, // Node itself would leave one processor idle
      '--test-timeout=120000',
      '--test-reporter=spec',
      ...files,
    ],
    {
      stdio: 'inherit',
      // Node 20.11.0 works on files by io_uring, which all later ones leave off: limits of a file's size do not hold.
      env: {
        ...process.env,
        UV_USE_IO_URING: '0',
        ...(values.update === true ? { UPDATE_EXPECTED: '1' } : {}),
      },
    },
  );
  process.exitCode = run.status ?? 1;
}
