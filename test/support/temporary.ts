/** A folder for one test, gone when the test ends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';

export const temporaryFolder = (t: TestContext): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'oneext-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};
