/** A folder for one test, gone when the test ends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';

const folders = new Set<string>();
const remove = (folder: string): void => rmSync(folder, { recursive: true, force: true });

process.once('exit', () => {
  for (const folder of folders) remove(folder);
});

export const temporaryFolder = (t: TestContext): string => {
  const folder = mkdtempSync(path.join(tmpdir(), 'oneext-test-'));
  folders.add(folder);
  t.after(() => {
    // Hooks run in the order in which they were made, and one that throws ends them all: programs that a later one
    // ends may still write there. What is left goes when this process ends, after them.
    try {
      remove(folder);
      folders.delete(folder);
    } catch {}
  });
  return folder;
};
