/** What names the programs of the suite again agrees with the list of them. */
import assert from 'node:assert/strict';
import { accessSync, constants, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test from 'node:test';
import { executables } from '../../scripts/executables.ts';
import { repositoryPath } from '../support/expected.ts';

const entries = executables.map(({ entry }) => entry);
const readJson = (file: string) => JSON.parse(readFileSync(repositoryPath(file), 'utf8'));

/** Entries of the list that others have not, and what others have and the list has not. */
const differences = (found: readonly string[], wanted: readonly string[]): readonly string[] => [
  ...wanted.filter((one) => !found.includes(one)).map((one) => `${one} is missing`),
  ...found.filter((one) => !wanted.includes(one)).map((one) => `${one} is no program`),
];

test('each program is there, under a name and a file of its own', () => {
  for (const key of ['name', 'entry', 'file'] as const) {
    const values = executables.flatMap((one) => one[key] ?? []);
    assert.equal(new Set(values).size, values.length, key);
  }
  for (const { entry, file, isThread = false } of executables) {
    accessSync(repositoryPath(entry));
    if (file !== undefined) accessSync(repositoryPath(file), isThread ? constants.R_OK : constants.X_OK);
  }
});

test('knip begins at each program', () => {
  const known: readonly string[] = readJson('knip.json').entry;
  // The script of the power page runs in browsers.
  const others = /^(?:scripts|test|bench|collectors\/pages\/io\/browser)\//;
  assert.deepEqual(
    differences(
      known.filter((one) => !others.test(one)),
      entries,
    ),
    [],
  );
});

test('biome lets just the programs, besides io/, touch the process', () => {
  const includes: readonly string[] = readJson('biome.json').overrides[0].includes;
  const excepted = includes.flatMap((one) => (/^!(?!\*)/.test(one) ? one.slice(1) : []));
  const isPureFolder = (entry: string): boolean =>
    includes.includes(`${entry.split('/')[0]}/**`) && !entry.includes('/io/');
  assert.deepEqual(differences(excepted, entries.filter(isPureFolder)), []);
});

test('the rules of imports know each program as an entry', () => {
  const { forbidden } = createRequire(import.meta.url)(repositoryPath('.dependency-cruiser.cjs'));
  const rule = forbidden.find(({ name }: { readonly name: string }) => name === 'nothing-imports-an-entry');
  const matches = (file: string): boolean => new RegExp(rule.to.path).test(file);
  assert.deepEqual(entries.filter(matches), entries);
  assert.ok(!matches('cli/oneext2.ts') && !matches('cli/oneextats'));
});
