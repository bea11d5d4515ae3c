import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { defineErrors, OneExtError } from '../../../lib/errors/oneext-error.ts';
import { errorTables } from '../../../scripts/suite-tables.ts';

const madeError = defineErrors({
  FILE_BAD: { exitCode: 78, message: '{path} cannot be read: {detail}', hint: 'look at it' },
  FULL: { exitCode: 75, message: 'the disk is full', hint: 'make room' },
});

test('an error has the message of its code with the fields, the hint, the exit code and the cause', () => {
  const cause = new Error('why');
  const made = madeError('FILE_BAD', { path: '/etc/x', detail: 'line {path}' }, cause);
  assert.ok(made instanceof OneExtError);
  assert.deepEqual(
    [made.code, made.message, made.hint, made.exitCode, made.cause],
    ['FILE_BAD', '/etc/x cannot be read: line {path}', 'look at it', 78, cause],
  );
  assert.equal('cause' in madeError('FULL', {}), false);
});

test('an error is recognised by its codes', () => {
  const full = madeError('FULL', {});
  assert.ok(madeError.is(full, 'FILE_BAD', 'FULL'));
  assert.equal(madeError.is(full, 'FILE_BAD'), false);
  assert.equal(madeError.is(new Error('FULL'), 'FULL'), false);
});

/** What the compiler says of these lines in a file of this project: the numbers of the lines that it refuses. */
const refusedLines = (lines: readonly string[]): readonly number[] => {
  const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, process.cwd());
  const file = path.resolve('lib/errors/planted.ts');
  const host = ts.createCompilerHost(options);
  const readSource = host.getSourceFile;
  host.getSourceFile = (name, ...rest) =>
    path.resolve(name) === file
      ? ts.createSourceFile(name, lines.join('\n'), ts.ScriptTarget.ES2022)
      : readSource(name, ...rest);
  const program = ts.createProgram([file], options, host);
  const source = program.getSourceFile(file);
  const found = program.getSemanticDiagnostics(source);
  return found.map(({ start = 0 }) => (source?.getLineAndCharacterOfPosition(start).line ?? -1) + 1);
};

test('the compiler refuses fields that are missing, misspelt, too many or of the wrong type', () => {
  const lines = [
    "import { commonError } from './common-errors.ts';",
    "export const good = commonError('CONFIG_UNREADABLE', { path: '/x', detail: 'no' });",
    "export const missing = commonError('CONFIG_UNREADABLE', { path: '/x' });",
    "export const misspelt = commonError('CONFIG_UNREADABLE', { path: '/x', detial: 'no' });",
    "export const tooMany = commonError('USAGE', { problems: 'x', count: 1 });",
    "const fields = { problems: 'x', count: 1 };",
    "export const tooManyNamed = commonError('USAGE', fields);",
    "export const wrongType = commonError('USAGE', { problems: ['x'] });",
    "export const unknownCode = commonError('USEAGE', { problems: 'x' });",
    "export const goodNamed = commonError('CONFIG_INVALID', fields);",
    "export const isNone = commonError.is(undefined, 'USEAGE');",
  ];
  assert.deepEqual(refusedLines(lines), [3, 4, 5, 7, 8, 9, 11]);
});

test('a code stands in one table only, and every message and hint says something', () => {
  const codes = Object.values(errorTables).flatMap(Object.keys);
  assert.deepEqual([...new Set(codes)], codes);
  for (const [code, { message, hint }] of Object.values(errorTables).flatMap(Object.entries)) {
    assert.match(code, /^[A-Z]+(_[A-Z]+)*$/);
    assert.match(message.replaceAll(/\{[a-z]\w*\}/gi, ''), /^[^{}]*[a-z][^{}]*$/, code);
    assert.match(hint, /^[^{}]+[^.{}]$/, code);
  }
});
