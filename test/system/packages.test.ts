/** What packages are: the same from every build, and nothing that those who check packages find wrong. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { repositoryPath } from '../support/expected.ts';
import { commitTime, makeOtherDeb, makePackages, packagesIn } from '../support/packages.ts';
import { temporaryFolder } from '../support/temporary.ts';

const run = (file: string, ...argv: readonly string[]): string =>
  execFileSync(file, argv, { encoding: 'utf8' });
/** What a checker says: it ends with a status other than 0 where it has something to say. */
const complaints = (file: string, ...argv: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync(file, argv, { encoding: 'utf8' });
  return status === 0 ? '' : `${stdout}${stderr}exit ${status}`;
};

const packages = await makePackages();

test('another folder, another time, umask and time zone: the same bytes', (t) => {
  const there = path.join(temporaryFolder(t), 'another folder', 'repository');
  mkdirSync(there, { recursive: true });
  const sources = run('git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard');
  // With their times: where packages are younger than the lock file, nothing is to be fetched.
  const copy = (...argv: readonly string[]): unknown =>
    execFileSync('cp', ['--parents', '--recursive', '--preserve=all', '-t', there, '--', ...argv]);
  copy(...sources.split('\0').filter(Boolean));
  copy('node_modules', 'packaging/private-node/node_modules');
  execFileSync('bash', ['-c', 'umask 077 && npm run --silent package -- --arch amd64'], {
    cwd: there,
    env: { ...process.env, TZ: 'Pacific/Kiritimati', LC_ALL: 'C', SOURCE_DATE_EPOCH: String(commitTime()) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const second = packagesIn(path.join(there, 'packages'));
  for (const kind of ['deb', 'rpm', 'tarball', 'sums'] as const) {
    assert.ok(readFileSync(packages[kind]).equals(readFileSync(second[kind])), `${kind} differs`);
  }
  execFileSync('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], {
    cwd: path.dirname(packages.sums),
  });
});

test('lintian, rpm and mandoc find nothing', (t) => {
  const folder = temporaryFolder(t);
  const { deb, rpm } = packages;
  assert.equal(run('lintian', '--fail-on', 'none', '--allow-root', deb), '');
  assert.match(run('rpm', '-K', '--nosignature', rpm), /digests OK/);
  const root = path.join(folder, 'root');
  run('dpkg-deb', '--raw-extract', deb, root);
  for (const script of ['preinst', 'postinst', 'prerm', 'postrm']) {
    assert.equal(complaints('shellcheck', path.join(root, 'DEBIAN', script)), '');
  }
  const page = path.join(folder, 'oneext.1');
  writeFileSync(page, execFileSync('gzip', ['-dc', path.join(root, 'usr/share/man/man1/oneext.1.gz')]));
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

test('D1-missing-tools: what can be made is made, and what cannot is told with its reason', (t) => {
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
    ['scripts/package.mjs', '--output', output, '--arch', 'amd64'],
    { encoding: 'utf8', env: { PATH: path.join(folder, 'bin'), SOURCE_DATE_EPOCH: '1767225600' } },
  );
  const missing = (kind: string, tool: string, name: string): string =>
    `package: cannot make the ${kind}, because these programs are missing: ${tool}. On Debian: apt-get install ${name}\n`;
  assert.equal(stderr, `${missing('deb', 'dpkg-deb', 'dpkg')}${missing('rpm', 'rpmbuild', 'rpm')}`.repeat(2));
  assert.equal(status, 0);
  assert.match(stdout, /^[0-9a-f]{64} {2}opennebula-extensions-[\d.]+\.x86_64\.tar\.gz\n$/);
  assert.equal(readFileSync(path.join(output, 'SHA256SUMS'), 'utf8'), stdout);
  assert.deepEqual(readdirSync(output).length, 2);
});

test('the package for arm64 has the same files, and the Node of an arm64', async (t) => {
  const folder = temporaryFolder(t);
  const listOf = (deb: string, name: string): readonly string[] => {
    run('dpkg-deb', '--raw-extract', deb, path.join(folder, name));
    const list =
      'find . -type f ! -path "./usr/lib/one/opennebula-extensions/node/bin/node" ! -path "./DEBIAN/*" -exec sha256sum {} +';
    return run('sh', '-c', `cd "$1" && ${list}`, 'sh', path.join(folder, name)).split('\n').sort();
  };
  const other = await makeOtherDeb(folder);
  assert.match(run('dpkg-deb', '--field', other, 'Architecture'), /^arm64$/m);
  assert.deepEqual(listOf(other, 'arm64'), listOf(packages.deb, 'amd64'));
  const machineOf = (name: string): number =>
    readFileSync(path.join(folder, name, 'usr/lib/one/opennebula-extensions/node/bin/node')).readUInt16LE(18);
  // e_machine of ELF: EM_AARCH64, EM_X86_64.
  assert.deepEqual([machineOf('arm64'), machineOf('amd64')], [183, 62]);
});

test('a package takes at most 36 MB, and 130 MB when it is installed', () => {
  assert.ok(statSync(packages.deb).size < 36e6);
  assert.ok(Number(run('dpkg-deb', '--field', packages.deb, 'Installed-Size')) * 1024 < 130e6);
});
