/**
 * The driver as oned runs it. A case is a folder in testcases: `input.xml` is the request; `biscuit.yaml` and
 * `revoked`, where they stand, its configuration; `expected.json` what it answers.
 */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { createInstallation, runDriver } from '../support/driver.ts';
import { assertExpectedFile, repositoryPath } from '../support/expected.ts';

const root = repositoryPath('test/auth-biscuit/testcases');

const answerTo = async (folder: string): Promise<string> => {
  const file = (name: string): string => path.join(folder, name);
  const yaml = existsSync(file('biscuit.yaml')) ? readFileSync(file('biscuit.yaml'), 'utf8') : undefined;
  const installation = createInstallation(yaml);
  try {
    if (existsSync(file('revoked'))) copyFileSync(file('revoked'), path.join(installation.folder, 'revoked'));
    const answer = await runDriver({
      input: readFileSync(file('input.xml')),
      argv: [installation.driver],
      environment: installation.environment,
    });
    return `${JSON.stringify(answer, undefined, 2).replaceAll(installation.folder, 'INSTALLATION')}\n`;
  } finally {
    installation.remove();
  }
};

for (const name of readdirSync(root)) {
  test(name, async () => {
    const folder = path.join(root, name);
    const answer = await answerTo(folder);
    const { exit, stdout, stderr } = JSON.parse(answer);
    if (exit === 0) {
      assert.match(stdout, /^biscuit [^\s]+ [^\s]+\n$/);
      assert.equal(stderr, '');
    } else {
      assert.equal(exit, 77);
      assert.equal(stdout, '');
      assert.match(stderr, /^ERROR: biscuit: [^\n]+\n$/);
    }
    assertExpectedFile(path.join(folder, 'expected.json'), answer);
  });
}
