/** shellcheck has nothing to say of any shell script of the repository, nor of the shell that programs begin with. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { executables } from '../../scripts/executables.ts';
import { repositoryPath } from '../support/expected.ts';
import { shellFiles } from '../support/shell-scripts.ts';

const heads = executables.flatMap(({ shellHead }) => (shellHead === undefined ? [] : [shellHead]));
const textOf = (file: string): string => readFileSync(repositoryPath(file), 'utf8');

/** What it says when it follows what a script brings in. */
const complaintsAbout = (script: string): string => {
  const shell = /^packaging\/.*\/scripts\//.test(script) ? ['--shell=dash'] : []; // the packages begin them with sh
  const options = { cwd: repositoryPath(path.dirname(script)), encoding: 'utf8' } as const;
  const argv = ['--external-sources', ...shell, path.basename(script)];
  const { status, stdout, stderr } = spawnSync('shellcheck', argv, options);
  return status === 0 ? '' : `${script}: ${stdout}${stderr}exit ${status}`;
};

test('shellcheck finds nothing in any script that git knows; parts are looked at with the script that has them', () => {
  const files = shellFiles();
  assert.ok(files.includes('.ci/run') && files.includes('host-installer/lib/keep-firewall.sh'), files.join());
  const parts = new Set(heads.flat());
  for (const file of files)
    for (const [, part = ''] of textOf(file).matchAll(/shellcheck source=([\w./-]+\.sh)$/gm))
      parts.add(`host-installer/${part}`);
  assert.ok(parts.size > 25, [...parts].join());
  const scripts = files.filter((file) => !parts.has(file));
  assert.deepEqual(
    scripts.map(complaintsAbout).filter((said) => said !== ''),
    [],
  );
});

test('D14-shellcheck finds nothing in the shell that programs begin with', () => {
  assert.ok(heads.length > 2);
  for (const files of heads) {
    const input = files.map(textOf).join('');
    const { status, stdout } = spawnSync('shellcheck', ['-'], { input, encoding: 'utf8' });
    assert.equal(status, 0, `${files.join(', ')}: ${stdout}`);
  }
});
