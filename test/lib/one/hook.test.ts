import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { hookShape, parseHook, parseHookTemplate } from '../../../lib/one/hook.ts';
import { repositoryPath } from '../../support/expected.ts';
import { readObjects, recordedDocument } from '../../support/recordings.ts';

const read = (document: Buffer) => readObjects(document, 'HOOK', hookShape, parseHook, 7);

test('hooks of a recorded pool', () => {
  const hooks = read(recordedDocument('hookpool.info'));
  assert.equal(hooks.length, 18);
  const custom = hooks.find(({ name }) => name === 'vm-running-stdin');
  assert.deepEqual(custom?.id, 5);
  assert.deepEqual(Object.fromEntries(custom?.attributes ?? []), {
    TYPE: 'state',
    RESOURCE: 'VM',
    STATE: 'ACTIVE',
    LCM_STATE: 'RUNNING',
    REMOTE: 'NO',
    COMMAND: '/var/lib/one/remotes/hooks/dump.sh vm-running-stdin',
    ARGUMENTS: '$TEMPLATE',
    ARGUMENTS_STDIN: 'yes',
  });
  assert.deepEqual(custom?.executions, []);
});

test('executions of a recorded hook, oldest first', () => {
  const [hook] = read(recordedDocument('hook.info'));
  assert.deepEqual(
    hook?.executions.map(({ id, exitCode }) => [id, exitCode]),
    [
      [0, 0],
      [1, 0],
      [2, 0],
      [3, 0],
    ],
  );
  assert.equal(hook?.executions[0]?.timestamp, 1_795_226_772);
});

test('a failed execution: its exit code and what it said, base64 in the document', () => {
  const stderr = Buffer.from('INFO: a\nERROR: é\n').toString('base64');
  const record = (id: number, result: string): string =>
    `<HOOK_EXECUTION_RECORD><EXECUTION_ID>${id}</EXECUTION_ID><TIMESTAMP>x</TIMESTAMP>${result}</HOOK_EXECUTION_RECORD>`;
  const [hook] = read(
    Buffer.from(
      `<HOOK><ID>1</ID><NAME>a</NAME><HOOKLOG>${record(7, `<EXECUTION_RESULT><STDERR>${stderr}</STDERR><CODE>255</CODE></EXECUTION_RESULT>`)}${record(6, '')}</HOOKLOG></HOOK>`,
    ),
  );
  assert.deepEqual(hook?.executions, [
    { id: 6, timestamp: undefined, exitCode: undefined, stderr: '' },
    { id: 7, timestamp: undefined, exitCode: 255, stderr: 'INFO: a\nERROR: é\n' },
  ]);
});

test('ON of a template is the states that oned makes of it', () => {
  const statesOf = (template: string) => {
    const { attributes } = parseHookTemplate(template);
    return [attributes.get('STATE'), attributes.get('LCM_STATE')];
  };
  const pool = new Map(read(recordedDocument('hookpool.info')).map((hook) => [hook.name, hook.attributes]));
  const recorded = (name: string) => [pool.get(name)?.get('STATE'), pool.get(name)?.get('LCM_STATE')];
  assert.deepEqual(statesOf('ON = RUNNING'), recorded('vm-running'));
  assert.deepEqual(statesOf('ON="DONE"'), recorded('vm-done'));
  assert.deepEqual(statesOf('  ON=STOP  '), recorded('vm-stop'));
  assert.deepEqual(statesOf('ON = CUSTOM\nSTATE = ACTIVE\nLCM_STATE = EPILOG'), recorded('vm-lcm-EPILOG'));
});

test('each of our templates is read whole', () => {
  const folder = repositoryPath('hooks/templates');
  for (const file of readdirSync(folder)) {
    const { name, attributes } = parseHookTemplate(readFileSync(path.join(folder, file), 'utf8'));
    // `onehook list` cuts names: the event comes first.
    assert.equal(name, path.basename(file, '.hook').split('-').reverse().join('_'));
    const wanted = [
      'TYPE',
      'RESOURCE',
      'STATE',
      'REMOTE',
      'COMMAND',
      'ARGUMENTS',
      'ARGUMENTS_STDIN',
      'TIMEOUT',
    ];
    assert.deepEqual(
      wanted.filter((key) => (attributes.get(key) ?? '') === ''),
      [],
    );
    assert.equal(attributes.get('ARGUMENTS'), '$TEMPLATE');
  }
});
