import assert from 'node:assert/strict';
import test from 'node:test';
import { createSource } from '../../../collectors/io/source.ts';

test('a reading is shared, reused while it is fresh, and read again after that', async () => {
  let now = 0;
  let reads = 0;
  const source = createSource({ read: async () => ++reads, reuseMs: 5000, now: () => now });
  const [first, second] = await Promise.all([source.get(), source.get()]);
  assert.equal(first, second);
  now = 4999;
  assert.equal(await source.get(), first);
  now = 5000;
  assert.deepEqual(await source.get(), { value: 2, readAt: 5000 });
  assert.equal(reads, 2);
});

test('a failure is not remembered, and an older reading is not given out in its place', async () => {
  let now = 0;
  let fails = false;
  const read = async (): Promise<string> => {
    if (fails) throw new Error('down');
    return 'up';
  };
  const source = createSource({ read, reuseMs: 5000, now: () => now });
  await source.get();
  now = 6000;
  fails = true;
  await assert.rejects(source.get(), /down/);
  fails = false;
  assert.deepEqual(await source.get(), { value: 'up', readAt: 6000 });
});
