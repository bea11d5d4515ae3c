/** Every shell script parses; what shellcheck says of them is a system test. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { shellScripts } from '../support/shell-scripts.ts';

test('bash parses every script of the installer and of its tests', () => {
  const scripts = shellScripts('host-installer', 'test/host-installer');
  assert.ok(scripts.length > 20, scripts.join());
  for (const script of scripts) {
    const { status, stderr } = spawnSync('bash', ['-n', script], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  }
});
