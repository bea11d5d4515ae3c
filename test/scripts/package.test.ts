/** What `npm run package` finds out before it builds; test/system/packages.test.ts has what it makes. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { repositoryPath } from '../support/expected.ts';
import { temporaryFolder } from '../support/temporary.ts';

const whereIs = (program: string): string => {
  const folders = (process.env['PATH'] ?? '').split(':');
  const found = folders.map((folder) => path.join(folder, program)).find((file) => existsSync(file));
  if (found === undefined) throw new Error(`this machine has no ${program}`);
  return found;
};

interface MachineParts {
  readonly tools: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A machine with those programs alone; dist/ is as it is, and `npm` only notes that it was asked to build. */
const createMachine = (t: TestContext, { tools, env = {} }: MachineParts) => {
  const folder = temporaryFolder(t);
  const bin = path.join(folder, 'bin');
  mkdirSync(bin);
  for (const tool of tools) symlinkSync(whereIs(tool), path.join(bin, tool));
  const built = path.join(folder, 'built');
  writeFileSync(path.join(bin, 'npm'), `#!/bin/sh\necho "$*" > '${built}'\n`, { mode: 0o755 });
  const output = path.join(folder, 'packages');
  const makePackages = (...argv: readonly string[]) =>
    spawnSync(process.execPath, ['scripts/package.mjs', '--output', output, ...argv], {
      cwd: repositoryPath('.'),
      encoding: 'utf8',
      env: { PATH: `${bin}:/nonexistent`, SOURCE_DATE_EPOCH: '1767225600', ...env },
    });
  return { output, makePackages, hasBuilt: () => existsSync(built) };
};

const noRpm =
  'package: cannot make the rpm, because these programs are missing: rpmbuild, llvm-strip. On Debian: apt-get install rpm llvm\n';

test('D1-before-the-build: a package that was asked for and cannot be made fails before anything is built', (t) => {
  const { makePackages, hasBuilt, output } = createMachine(t, { tools: ['sh', 'tar', 'gzip'] });
  for (const argv of [
    ['--only', 'rpm'],
    ['--only=rpm', '--arch=arm64'],
  ]) {
    const { status, stdout, stderr } = makePackages(...argv);
    assert.deepEqual({ status, stdout, stderr }, { status: 1, stdout: '', stderr: noRpm });
  }
  assert.equal(hasBuilt(), false);
  assert.equal(existsSync(output), false);
});

test('D1-nothing-can-be-made: no tool at all, no time and unknown options end before the build too', (t) => {
  const bare = createMachine(t, { tools: [] });
  const without = bare.makePackages();
  assert.equal(without.status, 1);
  assert.equal(without.stderr.split('\n').length, 4);
  assert.match(without.stderr, /the tarball, because these programs are missing: tar, gzip, llvm-strip\./);
  assert.match(bare.makePackages('--only', 'apk').stderr, /--only must be one or more of .*, not "apk"\n$/);
  assert.match(
    bare.makePackages('--arch', 'riscv').stderr,
    /--arch must be one or more of amd64, arm64, not "riscv"\n$/,
  );
  assert.match(bare.makePackages('--bogus').stderr, /--bogus/);
  const odd = createMachine(t, { tools: ['tar', 'gzip'], env: { SOURCE_DATE_EPOCH: 'now' } });
  assert.match(odd.makePackages().stderr, /SOURCE_DATE_EPOCH must be seconds since 1970, not "now"\n$/);
  for (const { hasBuilt } of [bare, odd]) assert.equal(hasBuilt(), false);
});
