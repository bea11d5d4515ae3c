import assert from 'node:assert/strict';
import test from 'node:test';
import { runCommand } from '../../../lib/io/run-command.ts';

const printLanguage = ['sh', '-c', 'printf "%s %s" "$LC_ALL" "$HOME"'] as const;

test('B16-language: programs speak the one that is read, whatever that of this process is', async (t) => {
  const before = { ...process.env };
  t.after(() => {
    process.env = before;
  });
  process.env = { ...before, LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8', HOME: '/home/of/mine' };
  assert.equal(await runCommand(printLanguage, 10_000), 'C /home/of/mine');
});

test('B16-language: an environment that is given is the whole one', async () => {
  assert.equal(await runCommand(printLanguage, 10_000, { env: { PATH: process.env['PATH'] } }), ' ');
});
