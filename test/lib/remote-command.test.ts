import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import test from 'node:test';
import fc from 'fast-check';
import { formatRemoteCommand } from '../../lib/remote-command.ts';

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
