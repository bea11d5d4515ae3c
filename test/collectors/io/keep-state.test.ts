/** State that outlives the process: what is shown is on the disk, and a file that is odd is never lost. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { keepState, type StateForm } from '../../../collectors/io/keep-state.ts';
import { createLog } from '../../../lib/log/log.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const form: StateForm<number> = {
  fileName: 'count.json',
  initial: 0,
  format: (count) => `${count}\n`,
  parse: (text) => (/^\d+\n$/.test(text) ? Number(text) : undefined),
};

const open = async (folder: string | undefined, time = { now: 0 }) => {
  const lines: string[] = [];
  const log = createLog({
    level: 'info',
    format: 'logfmt',
    now: () => new Date(0),
    write: (line) => lines.push(line),
  });
  const state = await keepState(form, { folder, now: () => time.now, log });
  const shown = async () => (await state.source.get()).value;
  return { ...state, shown, lines };
};
const increase = (count: number): number => count + 1;

test('what is shown has been written, and nothing else', async (t) => {
  const folder = temporaryFolder(t);
  const file = path.join(folder, 'count.json');
  const state = await open(folder);
  state.advance(increase);
  assert.equal(await state.shown(), 0, 'not written yet');
  await state.write();
  assert.equal(await state.shown(), 1);
  assert.equal(readFileSync(file, 'utf8'), '1\n');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(folder), ['count.json']);
  assert.equal(await (await open(folder)).shown(), 1, 'the next start goes on from there');
});

test('writes that overlap end with the last state', async (t) => {
  const folder = temporaryFolder(t);
  const state = await open(folder);
  const writes = Array.from({ length: 20 }, () => {
    state.advance(increase);
    return state.write();
  });
  await Promise.all(writes);
  assert.equal(await state.shown(), 20);
  assert.equal(await (await open(folder)).shown(), 20);
});

test('without a folder it is kept in memory', async () => {
  const time = { now: 5 };
  const state = await open(undefined, time);
  state.advance(increase);
  time.now = 9;
  await state.write();
  assert.deepEqual(await state.source.get(), { value: 1, readAt: 9 });
});

test('a state that does not change stays fresh', async (t) => {
  const time = { now: 5 };
  const state = await open(temporaryFolder(t), time);
  time.now = 60_000;
  await state.write();
  assert.deepEqual(await state.source.get(), { value: 0, readAt: 60_000 });
});

test('while it cannot be written nothing newer is shown, and it is written as soon as that goes', async (t) => {
  const folder = path.join(temporaryFolder(t), 'gone');
  mkdirSync(folder);
  const state = await open(folder);
  rmSync(folder, { recursive: true });
  state.advance(increase);
  await state.write();
  await assert.rejects(state.shown, /kept state cannot be written: .*ENOENT/);
  mkdirSync(folder);
  await state.write();
  assert.equal(await state.shown(), 1);
  assert.equal(readFileSync(path.join(folder, 'count.json'), 'utf8'), '1\n');
});

const foreign = (t: TestContext, text: string): string => {
  const folder = temporaryFolder(t);
  writeFileSync(path.join(folder, 'count.json'), text);
  return folder;
};

test('a file that cannot be understood is put aside and named', async (t) => {
  for (const text of ['', '12', '{"count":', '-1\n', '\u0000']) {
    const folder = foreign(t, text);
    const state = await open(folder);
    assert.equal(await state.shown(), 0);
    assert.match(state.lines.join(), /begins anew.*count\.json\.unreadable/);
    assert.equal(readFileSync(path.join(folder, 'count.json.unreadable'), 'utf8'), text);
  }
});

test('a file that cannot be read is not overwritten', async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(path.join(folder, 'count.json')); // also root cannot read it as a file
  const state = await open(folder);
  state.advance(increase);
  await state.write();
  await assert.rejects(state.shown, /kept state cannot be read: .*EISDIR/);
  assert.ok(statSync(path.join(folder, 'count.json')).isDirectory());
});

test('what a killed write has left is removed at the next start', async (t) => {
  const folder = foreign(t, '7\n');
  writeFileSync(path.join(folder, '.count.json.123-0123abcd.tmp'), '8');
  assert.equal(await (await open(folder)).shown(), 7);
  assert.deepEqual(readdirSync(folder), ['count.json']);
});
