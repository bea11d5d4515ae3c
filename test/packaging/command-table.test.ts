/** The table of commands as generators see it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { describeCommands, expectedBy, pathOf, verbsOf } from '../../packaging/command-table.ts';
import { sampleCommands } from '../support/sample-commands.ts';

test('a line for each verb, and one for a command that has none', async () => {
  const described = await describeCommands(sampleCommands);
  assert.deepEqual(
    described.map((command) => [command.name, verbsOf(command), command.lines.map(pathOf)]),
    [
      ['group', ['open', 'close'], ['group open', 'group close']],
      ['alone', [], ['alone']],
    ],
  );
});

test('what a form asks for', () => {
  const kinds = ['', 'FILE', '[FILE]', '[FILE...]', 'FILE,...', 'PROGRAM', 'FOLDER', 'URL', '[HOST...]'].map(
    (form) => expectedBy(form).kind,
  );
  assert.deepEqual(kinds, [
    'nothing',
    ...['files', 'files', 'files', 'files', 'files'],
    'folders',
    'text',
    'text',
  ]);
  assert.deepEqual(expectedBy('kvm|qemu'), { kind: 'choices', choices: ['kvm', 'qemu'] });
});
