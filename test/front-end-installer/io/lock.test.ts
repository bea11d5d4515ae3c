import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { recordStoreIn } from '../../../front-end-installer/io/record-store.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** Above what the kernel gives out: no process has it. */
const gone = 4_194_305;

const makeStore = (t: TestContext) => {
  const folder = path.join(temporaryFolder(t), 'suite/front-end');
  mkdirSync(folder, { recursive: true });
  const leave = (name: string, content: string): void => writeFileSync(path.join(folder, name), content);
  return { folder, leave, store: recordStoreIn(folder) };
};

test('C9-what runs left that were killed while they locked is gone afterwards, with its folders', async (t) => {
  const { folder, leave, store } = makeStore(t);
  leave(`.lock.${gone}-0123abcd.tmp`, `${gone} boot 1\n`);
  leave(`.lock.${gone}-0123abce.tmp`, '');
  leave(`.lock.stale.${gone}-0123abcf.tmp`, '');
  leave('lock.stale', `${gone} boot 1\n`);
  leave('lock', `${gone} boot 1\n`);
  const release = await store.lock();
  await release();
  assert.equal(existsSync(path.dirname(folder)), false);
});

test('C9-a file of a process that lives, and files that are no locks, stay', async (t) => {
  const { folder, leave, store } = makeStore(t);
  const kept = [`.lock.${process.pid}-0123abcd.tmp`, `.locked.${gone}-0123abcd.tmp`, `lock.${gone}`, 'x.tmp'];
  for (const name of kept) leave(name, '');
  const release = await store.lock();
  await release();
  assert.deepEqual(readdirSync(folder).sort(), [...kept].sort());
});

test('C9-a number that another process has by now: the boot and the start tell them apart', async (t) => {
  const { folder, leave, store } = makeStore(t);
  leave(`.lock.${process.pid}-0123abcd.tmp`, `${process.pid} another-boot 1\n`);
  await (await store.lock())();
  assert.equal(existsSync(folder), false);
});
