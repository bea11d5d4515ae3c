/** Folders of tests go after what writes into them (E2). */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { temporaryFolder } from './temporary.ts';

test('E2-a program that writes on while its folder is removed is no failure of the test', async (t) => {
  await t.test('its hook ends the program later', async (inner) => {
    const folder = temporaryFolder(inner);
    const writer = spawn('sh', ['-c', 'while :; do mkdir -p "$1/a/b"; : >"$1/a/b/c"; done', 'sh', folder]);
    inner.after(async () => {
      writer.kill('SIGKILL');
      await once(writer, 'close');
    });
    await once(writer, 'spawn');
  });
});

test('E2-without one the folder is gone when its test has ended', async (t) => {
  let folder = '';
  await t.test('it has something in it', (inner) => {
    folder = temporaryFolder(inner);
    writeFileSync(path.join(folder, 'file'), '');
  });
  assert.ok(!existsSync(folder));
});
