/** shellcheck has nothing to say of the installer, nor of the shell that programs begin with. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { executables } from '../../scripts/executables.ts';
import { repositoryPath } from '../support/expected.ts';
import { shellScripts } from '../support/shell-scripts.ts';

/** What it says when it follows what the scripts bring in. */
const complaintsAbout = (folder: string, scripts: readonly string[]): string => {
  const options = { cwd: repositoryPath(folder), encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync('shellcheck', ['--external-sources', ...scripts], options);
  return status === 0 ? '' : `${stdout}${stderr}exit ${status}`;
};

test('shellcheck finds nothing in host.sh and its parts, and in what oneext hosts runs', () => {
  assert.equal(complaintsAbout('host-installer', ['host.sh', 'remote.sh', 'sudo-rules.sh']), '');
});

test('shellcheck finds nothing in the stand-ins of its tests', () => {
  const folder = 'test/host-installer/stubs';
  const scripts = shellScripts(folder).map((script) => script.slice(folder.length + 1));
  assert.equal(complaintsAbout(folder, scripts), '');
});

test('D14-shellcheck finds nothing in the shell that programs begin with', () => {
  const heads = executables.flatMap(({ shellHead }) => (shellHead === undefined ? [] : [shellHead]));
  assert.ok(heads.length > 2);
  for (const files of heads) {
    const input = files.map((file) => readFileSync(repositoryPath(file), 'utf8')).join('');
    const { status, stdout } = spawnSync('shellcheck', ['-'], { input, encoding: 'utf8' });
    assert.equal(status, 0, `${files.join(', ')}: ${stdout}`);
  }
});
