import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { driverScript, guardScript } from '../../live-migrate/guard-script.ts';

test('the scripts for hosts are correct shell', () => {
  for (const script of [guardScript, driverScript]) {
    const { status, stderr } = spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  }
});

test('the driver without a tunnel gets its words, the document alone, and keeps its status', () => {
  const driver = 'printf "%s:" "$@"; cat; exit 9';
  const { status, stdout, stderr } = spawnSync(
    'sh',
    ['-c', driverScript, 'migrate_tunnel', '8', 'sh', '-c', driver, 'driver', 'one-42', 'a b'],
    { input: 'documentand more', encoding: 'utf8' },
  );
  assert.deepEqual([status, stdout, stderr], [9, 'started\nended 9\n', 'one-42:a b:document']);
});
