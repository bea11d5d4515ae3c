/** Expected files. They change only through `npm run test:update`. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A path of the repository, whose root is where tests are started. */
export const repositoryPath = (...names: readonly string[]): string => path.resolve(...names);

export const assertExpectedFile = (
  file: string,
  actual: string,
  encoding: 'utf8' | 'latin1' = 'utf8',
): void => {
  if (process.env['UPDATE_EXPECTED'] === '1') writeFileSync(file, actual, encoding);
  assert.equal(actual, readFileSync(file, encoding), `${file} differs; npm run test:update rewrites it`);
};
