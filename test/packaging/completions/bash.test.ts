/** Completion for bash, asked as bash asks it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { describeCommands } from '../../../packaging/command-table.ts';
import { formatBashCompletion } from '../../../packaging/completions/bash.ts';
import { sampleCommands } from '../../support/sample-commands.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const ask = `source ./completion
compopt() { :; } # bash has it only while it completes
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_oneext
((\${#COMPREPLY[@]} == 0)) || printf '%s\\n' "\${COMPREPLY[@]}"`;

const startBash = async (t: TestContext) => {
  const folder = temporaryFolder(t);
  writeFileSync(
    path.join(folder, 'completion'),
    formatBashCompletion(await describeCommands(sampleCommands)),
  );
  writeFileSync(path.join(folder, 'a file'), '');
  mkdirSync(path.join(folder, 'folder'));
  return (...words: readonly string[]): readonly string[] =>
    execFileSync('bash', ['-c', ask, 'ask', 'oneext', ...words], { cwd: folder, encoding: 'utf8' })
      .split('\n')
      .slice(0, -1)
      .sort();
};

test('commands, verbs and options', async (t) => {
  const complete = await startBash(t);
  assert.deepEqual(complete(''), ['--help', '--version', 'alone', 'group']);
  assert.deepEqual(complete('gr'), ['group']);
  assert.deepEqual(complete('group', ''), ['--help', 'close', 'open']);
  assert.deepEqual(complete('group', 'open', '--f'), ['--folder', '--force']);
  assert.deepEqual(complete('alone', ''), ['--help', '--json']);
  assert.deepEqual(complete('group', 'nonsense', ''), []);
  assert.deepEqual(complete('nonsense', ''), []);
});

test('values: files, folders, choices, or none', async (t) => {
  const complete = await startBash(t);
  assert.deepEqual(complete('group', 'open', '--a.file', ''), ['a file', 'completion', 'folder']);
  assert.deepEqual(complete('group', 'open', '--a.file', '=', 'a'), ['a file']);
  assert.deepEqual(complete('group', 'open', '--a.file', '='), ['a file', 'completion', 'folder']);
  assert.deepEqual(complete('group', 'open', '--folder', ''), ['folder']);
  assert.deepEqual(complete('group', 'open', '--kind', ''), ['omit', 'zero']);
  assert.deepEqual(complete('group', 'open', '--size', ''), []);
  assert.deepEqual(complete('group', 'open', '--force', 'comp'), ['completion']);
  assert.deepEqual(complete('group', 'open', 'folder', 'comp'), ['completion']);
});
