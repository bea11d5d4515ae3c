/** The table of supported systems, and all that reads it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { repositoryPath } from '../support/expected.ts';
import { makeHost } from '../support/made-host.ts';
import { temporaryFolder } from '../support/temporary.ts';

interface System {
  readonly id: string;
  readonly versions: readonly string[];
  readonly packageManager: string;
}

const runParts = (
  parts: readonly string[],
  script: string,
  root = '',
): { status: number | null; stdout: string } => {
  const sources = parts.map((part) => `source ${repositoryPath('host-installer/lib', part)}`).join('; ');
  const { status, stdout } = spawnSync(
    'bash',
    ['-c', `set -euo pipefail; ROOT=$1; ${sources}; ${script}`, '-', root],
    {
      encoding: 'utf8',
    },
  );
  return { status, stdout: stdout.trimEnd() };
};

const table = ['output.sh', 'systems.sh'];

const systems: readonly System[] = runParts(table, `printf '%s\\n' "\${supported_systems[@]}"`)
  .stdout.split('\n')
  .map((line) => {
    const [id = '', , versions = '', packageManager = ''] = line.split('|');
    return { id, versions: versions.split(' '), packageManager };
  });

/** The package manager that host.sh takes; '' where it refuses the system. */
const takenOn = (root: string, id: string, version: string): string => {
  mkdirSync(path.join(root, 'etc'), { recursive: true });
  writeFileSync(path.join(root, 'etc/os-release'), `ID=${id}\nVERSION_ID="${version}"\n`);
  const { status, stdout } = runParts(
    [...table, 'system.sh'],
    'require_system; printf %s "$package_manager"',
    root,
  );
  assert.ok(status === 0 || status === 78, `exit ${status}`);
  return stdout;
};

test('each version of the table is accepted, and its minor releases', (t) => {
  const root = temporaryFolder(t);
  for (const { id, versions, packageManager } of systems) {
    for (const version of versions) {
      for (const each of [version, `${version}.1`])
        assert.equal(takenOn(root, id, each), packageManager, `${id} ${each}`);
    }
  }
});

test('law: no other version is accepted, however it begins: almalinux 80, debian 1, ubuntu 22.041', (t) => {
  const root = temporaryFolder(t);
  assert.equal(takenOn(root, 'almalinux', '80'), '');
  const other = fc
    .constantFrom(...systems.flatMap(({ id, versions }) => versions.map((version) => ({ id, version }))))
    .chain(({ id, version }) =>
      fc.tuple(
        fc.constant(id),
        fc.oneof(
          fc.nat(99).map((digits) => `${version}${digits}`),
          fc.nat({ max: 9 }).map((digit) => `${digit}${version}`),
          fc.constantFrom(version.slice(0, -1), `${version}-beta`, `${version} `, ''),
        ),
      ),
    )
    .filter(
      ([id, version]) =>
        !systems.some((each) => each.id === id && each.versions.includes(version.replace(/\..*/, ''))) &&
        !systems.some((each) => each.id === id && each.versions.includes(version)),
    );
  fc.assert(
    fc.property(other, ([id, version]) => assert.equal(takenOn(root, id, version), '', `${id} ${version}`)),
    { numRuns: 60 },
  );
});

test('each package manager of the table has its file, which host.sh reads', () => {
  const hostSh = readFileSync(repositoryPath('host-installer/host.sh'), 'utf8');
  for (const packageManager of new Set(systems.map((system) => system.packageManager))) {
    const file = `lib/packages-${packageManager}.sh`;
    assert.ok(hostSh.includes(`source "$here/${file}"`), file);
    const text = readFileSync(repositoryPath('host-installer', file), 'utf8');
    for (const verb of ['has', 'install', 'remove'])
      assert.match(text, new RegExp(`^${packageManager}_${verb}\\(\\)`, 'm'));
  }
});

test('each system of the table has a recorded os-release on which a run is tested', () => {
  for (const { id, versions } of systems) {
    for (const version of versions) {
      assert.ok(
        existsSync(repositoryPath('test/fixtures/os-release', `${id}-${version}`)),
        `${id}-${version}`,
      );
    }
  }
});

test('the help text and the README name what the table has', async (t) => {
  const listed = runParts(table, 'list_supported_systems').stdout;
  const readme = readFileSync(repositoryPath('host-installer/README.md'), 'utf8');
  assert.ok(readme.includes(`Supported systems: ${listed}.`), listed);
  const host = makeHost();
  t.after(host.remove);
  assert.ok((await host.run(['--help'])).stdout.includes(`Supported systems: ${listed}.`));
});
