/**
 * Runs the compiled tests. `--update` rewrites expected files; `--node PATH` runs them under another Node;
 * further arguments choose tests by a part of their path.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
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

const isWanted = (file: string): boolean =>
  file.endsWith('.test.ts') &&
  !file.startsWith('system/') &&
  (positionals.length === 0 || positionals.some((part) => file.includes(part)));

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
    ['--enable-source-maps', '--test', '--test-timeout=120000', '--test-reporter=spec', ...files],
    {
      stdio: 'inherit',
      env: { ...process.env, ...(values.update === true ? { UPDATE_EXPECTED: '1' } : {}) },
    },
  );
  process.exitCode = run.status ?? 1;
}
