import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import test from 'node:test';
import fc from 'fast-check';
import { driverScript, guardScript } from '../../live-migrate/guard-script.ts';
import { formatRemoteCommand } from '../../live-migrate/remote-command.ts';

test('law: a shell reads the words of a remote command as they were', () => {
  const words = fc.array(
    fc.string({ unit: 'binary' }).filter((word) => !word.includes('\0')),
    { minLength: 1, maxLength: 5 },
  );
  fc.assert(
    fc.property(words, (given) => {
      const command = formatRemoteCommand(['printf', '%s\\0', ...given]);
      const output = execFileSync('sh', ['-c', command], { encoding: 'utf8' });
      assert.deepEqual(output.split('\0').slice(0, -1), given);
    }),
    { numRuns: 100 },
  );
});

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
  assert.deepEqual([status, stdout, stderr], [9, '', 'one-42:a b:document']);
});
