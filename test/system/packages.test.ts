/** What packages are: the same from every build, and nothing that those who check packages find wrong. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after } from 'node:test';
import { repositoryPath } from '../support/expected.ts';
import { commitTime, makePackages, packagesIn } from '../support/packages.ts';
import { temporaryFolder } from '../support/temporary.ts';

const run = (file: string, ...argv: readonly string[]): string =>
  execFileSync(file, argv, { encoding: 'utf8' });
/** What a checker says: it ends with a status other than 0 where it has something to say. */
const complaints = (file: string, ...argv: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync(file, argv, { encoding: 'utf8' });
  return status === 0 ? '' : `${stdout}${stderr}exit ${status}`;
};

const made = mkdtempSync(path.join(tmpdir(), 'packages-test-'));
after(() => rmSync(made, { recursive: true }));
const packages = await makePackages(made);

test('another folder, another time, umask and time zone: the same bytes', (t) => {
  const there = path.join(temporaryFolder(t), 'another folder', 'repository');
  mkdirSync(there, { recursive: true });
  const sources = run('git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard');
  execFileSync('cp', ['--parents', '-t', there, '--', ...sources.split('\0').filter(Boolean)]);
  execFileSync('cp', ['-a', 'node_modules', there]);
  // Younger than the lock file: nothing is to be fetched.
  execFileSync('touch', [path.join(there, 'node_modules/.package-lock.json')]);
  execFileSync('bash', ['-c', 'umask 077 && npm run --silent package'], {
    cwd: there,
    env: { ...process.env, TZ: 'Pacific/Kiritimati', LC_ALL: 'C', SOURCE_DATE_EPOCH: String(commitTime()) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const second = packagesIn(path.join(there, 'packages'));
  for (const kind of ['deb', 'rpm', 'tarball', 'sums'] as const) {
    assert.ok(readFileSync(packages[kind]).equals(readFileSync(second[kind])), `${kind} differs`);
  }
  execFileSync('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: made });
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
  const top = /^(.+)\.tar\.gz$/.exec(path.basename(tarball))?.[1] ?? '';
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
