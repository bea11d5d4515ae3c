/** What packages are: the same from every build, and nothing that those who check packages find wrong. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { repositoryPath } from '../support/expected.ts';
import { commitTime, makeAllPackages, makePackages, putSmallNodes } from '../support/packages.ts';
import { temporaryFolder } from '../support/temporary.ts';

const run = (file: string, ...argv: readonly string[]): string =>
  execFileSync(file, argv, { encoding: 'utf8' });
/** What a checker says: it ends with a status other than 0 where it has something to say. */
const complaints = (file: string, ...argv: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync(file, argv, { encoding: 'utf8' });
  return status === 0 ? '' : `${stdout}${stderr}exit ${status}`;
};

const packages = await makePackages();

test('another folder, another time, umask and time zone: the same bytes', async (t) => {
  const folder = temporaryFolder(t);
  const there = path.join(folder, 'another folder', 'repository');
  mkdirSync(there, { recursive: true });
  const sources = run('git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard');
  // With their times: where packages are younger than the lock file, nothing is to be fetched.
  const copy = (...argv: readonly string[]): unknown =>
    execFileSync('cp', ['--parents', '--recursive', '--preserve=all', '-t', there, '--', ...argv]);
  copy(...sources.split('\0').filter(Boolean));
  copy('node_modules');
  const nodes = path.join(there, 'packaging/private-node/node_modules');
  putSmallNodes(nodes);
  // npm writes it at the end.
  writeFileSync(path.join(nodes, '.package-lock.json'), '{}');
  execFileSync('bash', ['-c', 'umask 077 && npm run --silent package'], {
    cwd: there,
    env: { ...process.env, TZ: 'Pacific/Kiritimati', LC_ALL: 'C', SOURCE_DATE_EPOCH: String(commitTime()) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const here = path.join(folder, 'packages');
  mkdirSync(here);
  await makeAllPackages(nodes, here);
  const names = readdirSync(here);
  // For two kinds of machine: two .deb, two .rpm and a tarball; and the digests.
  assert.equal(names.length, 11, names.join());
  for (const name of names) {
    const second = readFileSync(path.join(there, 'packages', name));
    assert.ok(readFileSync(path.join(here, name)).equals(second), `${name} differs`);
  }
  execFileSync('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], {
    cwd: here,
  });
});

for (const [what, { deb, rpm }] of Object.entries({
  'the front-end': packages,
  hypervisors: { deb: packages.nodeDeb, rpm: packages.nodeRpm },
}))
  test(`lintian, rpm and shellcheck find nothing in the packages of ${what}`, (t) => {
    assert.equal(run('lintian', '--fail-on', 'none', '--allow-root', deb), '');
    assert.match(run('rpm', '-K', '--nosignature', rpm), /digests OK/);
    const control = path.join(temporaryFolder(t), 'control');
    run('dpkg-deb', '--control', deb, control);
    for (const script of readdirSync(control).filter((name) => /^(pre|post)(inst|rm)$/.test(name)))
      assert.equal(complaints('shellcheck', path.join(control, script)), '');
  });

test('mandoc and groff find nothing in the manual page', (t) => {
  const folder = temporaryFolder(t);
  const page = path.join(folder, 'oneext.1');
  run('tar', '-xf', packages.tarball, '-C', folder, '--wildcards', '--strip-components=4', '*/oneext.1.gz');
  run('gunzip', `${page}.gz`);
  assert.equal(complaints('mandoc', '-Tlint', page), '');
  const { stderr } = spawnSync('groff', ['-man', '-ww', '-Tutf8', page], { encoding: 'utf8' });
  assert.equal(stderr, '');
});

test('the tarball is all in one folder, whose programs run where it stands', (t) => {
  const folder = temporaryFolder(t);
  const { tarball } = packages;
  const top = /^(.+)\.x86_64\.tar\.gz$/.exec(path.basename(tarball))?.[1] ?? '';
  for (const name of run('tar', '-tf', tarball).split('\n').filter(Boolean))
    assert.ok(name.startsWith(`${top}/`), name);
  const suite = path.join(folder, 'suite');
  mkdirSync(suite);
  run('tar', '-xf', tarball, '--strip-components=1', '-C', suite);
  assert.match(run(path.join(suite, 'oneext'), '--version'), /^oneext \d/);
  const library = readFileSync(repositoryPath('dist/biscuit.wasm'));
  for (const name of ['biscuit.wasm', 'auth/biscuit/biscuit.wasm']) {
    assert.ok(readFileSync(path.join(suite, name)).equals(library));
  }
});

/** Extracts a tarball: the digest of each file, but for the Node; and the machine that Node is for. */
const contentOf = (tarball: string, folder: string): { readonly files: string; readonly machine: number } => {
  mkdirSync(folder);
  run('tar', '-xf', tarball, '--strip-components=1', '-C', folder);
  const digests = 'find . -type f ! -path "./node/bin/node" -exec sha256sum {} + | LC_ALL=C sort';
  const files = run('sh', '-c', `cd "$1" && ${digests}`, 'sh', folder);
  return { files, machine: readFileSync(path.join(folder, 'node/bin/node')).readUInt16LE(18) };
};

test('D1-missing-tools, arm64: what can be made is made, what cannot is told, and only the Node is another', (t) => {
  const folder = temporaryFolder(t);
  const tools = ['sh', 'tar', 'gzip', 'llvm-strip'];
  mkdirSync(path.join(folder, 'bin'));
  for (const tool of tools)
    symlinkSync(run('sh', '-c', `command -v ${tool}`).trim(), path.join(folder, 'bin', tool));
  // dist/ is as it is: `npm` builds nothing.
  writeFileSync(path.join(folder, 'bin/npm'), '#!/bin/sh\n', { mode: 0o755 });
  const output = path.join(folder, 'packages');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['scripts/package.mjs', '--output', output, '--arch', 'arm64'],
    { encoding: 'utf8', env: { PATH: path.join(folder, 'bin'), SOURCE_DATE_EPOCH: String(commitTime()) } },
  );
  const missing = (kind: string, tool: string, name: string): string =>
    `package: cannot make the ${kind}, because these programs are missing: ${tool}. On Debian: apt-get install ${name}\n`;
  assert.equal(stderr, `${missing('deb', 'dpkg-deb', 'dpkg')}${missing('rpm', 'rpmbuild', 'rpm')}`.repeat(2));
  assert.equal(status, 0);
  const [, name = ''] =
    /^[0-9a-f]{64} {2}(opennebula-extensions-[\d.]+\.aarch64\.tar\.gz)\n$/.exec(stdout) ?? [];
  assert.equal(readFileSync(path.join(output, 'SHA256SUMS'), 'utf8'), stdout);
  assert.deepEqual(readdirSync(output).length, 2);

  const arm64 = contentOf(path.join(output, name), path.join(folder, 'arm64'));
  const amd64 = contentOf(packages.tarball, path.join(folder, 'amd64'));
  assert.equal(arm64.files, amd64.files);
  // e_machine of ELF: EM_AARCH64, EM_X86_64.
  assert.deepEqual([arm64.machine, amd64.machine], [183, 62]);
});

/** The newest of a library's versions that a program asks for, as [2, 28]. */
const newestVersion = (program: string, library: string): readonly number[] =>
  [...run('llvm-readelf', '--version-info', program).matchAll(new RegExp(`Name: ${library}_([\\d.]+)`, 'g'))]
    .map(([, version = '']) => version.split('.').map(Number))
    .sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0) || (a[2] ?? 0) - (b[2] ?? 0))
    .at(-1) ?? [];

test('the Node of the packages asks for nothing that RHEL 8, Debian 10 and Ubuntu 20.04 do not have', () => {
  for (const machine of ['x64', 'arm64']) {
    const node = `packaging/private-node/node_modules/node-linux-${machine}/bin/node`;
    assert.deepEqual(newestVersion(node, 'GLIBC'), [2, 28], machine);
    const [, minor = 0, patch = 0] = newestVersion(node, 'GLIBCXX');
    assert.ok(minor === 4 && patch <= 25, `GLIBCXX_3.${minor}.${patch}, and GCC 8 has 3.4.25`);
  }
});

test('a package takes at most 36 MB, and 130 MB when it is installed', () => {
  for (const deb of [packages.deb, packages.nodeDeb]) {
    assert.ok(statSync(deb).size < 36e6);
    assert.ok(Number(run('dpkg-deb', '--field', deb, 'Installed-Size')) * 1024 < 130e6);
  }
});
