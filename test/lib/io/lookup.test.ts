import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import test from 'node:test';
import { createLookup } from '../../../lib/io/lookup.ts';

const createBench = () => {
  let now = 0;
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  const ending = new AbortController();
  const lookup = createLookup({
    atOnce: 2,
    keepMs: 1000,
    now: () => now,
    signal: ending.signal,
    resolve: (name) => {
      asked.push(name);
      return new Promise((resolve, reject) => {
        const addresses: LookupAddress[] = [
          { address: '::1', family: 6 },
          { address: '127.0.0.1', family: 4 },
        ];
        waiting.push(() => (name === 'none' ? reject(new Error('ENOTFOUND')) : resolve(addresses)));
      });
    },
  });
  const find = (name: string, options = {}): Promise<unknown> =>
    new Promise((resolve, reject) => {
      lookup(name, options, (error, address) => (error === null ? resolve(address) : reject(error)));
    });
  const answer = (): void => {
    for (const one of waiting.splice(0)) one();
  };
  const advance = (ms: number): void => {
    now += ms;
  };
  return { find, answer, asked, ending, advance };
};

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('one question a name, a few at once, answers kept for a while', async () => {
  const bench = createBench();
  const found = ['a', 'a', 'b', 'c'].map((name) => bench.find(name));
  await settle();
  assert.deepEqual(bench.asked, ['a', 'b']);
  bench.answer();
  await settle();
  bench.answer();
  assert.deepEqual(await Promise.all(found), ['::1', '::1', '::1', '::1']);
  assert.deepEqual(await bench.find('a', { family: 4 }), '127.0.0.1');
  assert.deepEqual(bench.asked, ['a', 'b', 'c']);
  bench.advance(1000);
  const again = bench.find('a', { all: true });
  await settle();
  bench.answer();
  assert.equal(((await again) as unknown[]).length, 2);
});

test('a failure is told and not kept; an end stops what still waits', async () => {
  const bench = createBench();
  const failed = assert.rejects(bench.find('none'), /ENOTFOUND/);
  await settle();
  bench.answer();
  await failed;
  const first = [bench.find('a'), bench.find('b')];
  const third = assert.rejects(bench.find('c'), /aborted/);
  await settle();
  bench.ending.abort();
  bench.answer();
  await Promise.all([...first, third]);
  assert.deepEqual(bench.asked, ['none', 'a', 'b']);
});
