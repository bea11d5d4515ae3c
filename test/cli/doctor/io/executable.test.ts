import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { attempt } from '../../../../cli/doctor/io/attempt.ts';
import { mustBeExecutable } from '../../../../cli/doctor/io/executable.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

test('a program without the right of execution is broken, whoever looks', async (context) => {
  const program = path.join(temporaryFolder(context), 'program');
  assert.match(JSON.stringify(await attempt(() => mustBeExecutable(program))), /"missing"/);
  writeFileSync(program, '');
  chmodSync(program, 0o644);
  assert.deepEqual(await attempt(() => mustBeExecutable(program)), {
    problem: 'not executable',
    kind: 'failed',
    hint: undefined,
  });
  chmodSync(program, 0o755);
  assert.deepEqual(await attempt(() => mustBeExecutable(program)), { value: true });
});
