/** Every shell script parses; what shellcheck says of them is a system test. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { shellFiles } from '../support/shell-scripts.ts';

test('bash parses every script of the repository', () => {
  const scripts = shellFiles();
  assert.ok(scripts.length > 50, scripts.join());
  for (const script of scripts) {
    const { status, stderr } = spawnSync('bash', ['-n', script], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  }
});
