/** Who gets which page: one for all readers of a moment, however long they wait. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createSharedPage, type Page } from '../../../collectors/io/shared-page.ts';

/** Pages that are made when the test says so, the oldest first. */
const createBench = () => {
  let now = 0;
  const budgets: number[] = [];
  const ends: ((page: Page) => void)[] = [];
  const read = createSharedPage(
    (_, budgetMs) => {
      budgets.push(budgetMs);
      return new Promise((resolve) => ends.push(resolve));
    },
    () => now,
  );
  return {
    read: (budgetMs: number) => read('prometheus', budgetMs),
    budgets,
    async end(text: string, passedMs: number, isComplete = true, isSound = true) {
      now += passedMs;
      ends.shift()?.({ body: [Buffer.from(text)], isComplete, isSound });
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
};

const textsOf = async (pages: readonly Promise<Page['body']>[]): Promise<readonly string[]> =>
  (await Promise.all(pages)).map((body) => Buffer.concat(body).toString());

test('B2-shared: readers that have more time than an incomplete page took share the next one', async () => {
  const { read, budgets, end } = createBench();
  const pages = [read(1000), ...Array.from({ length: 200 }, () => read(9000))];
  assert.deepEqual(budgets, [1000]);
  await end('part', 1000, false);
  assert.deepEqual(budgets, [1000, 8000]);
  await end('whole', 500);
  assert.deepEqual(await textsOf(pages), ['part', ...Array<string>(200).fill('whole')]);
  assert.deepEqual(await textsOf([read(1000)]), ['whole']);
  assert.equal(budgets.length, 2);
});

test('B2-shared: a reader with less time does not wait for the page of another', async () => {
  const { read, budgets, end } = createBench();
  const pages = [read(9000), read(1000), read(1000)];
  assert.deepEqual(budgets, [9000, 1000]);
  await end('long', 900);
  await end('short', 0);
  assert.deepEqual(await textsOf(pages), ['long', 'short', 'short']);
});

test('B2-shared: a page of which a part failed is not kept', async () => {
  const { read, budgets, end } = createBench();
  const first = read(1000);
  await end('unsound', 1, true, false);
  const second = read(1000);
  await end('sound', 1);
  assert.deepEqual(await textsOf([first, second, read(1000)]), ['unsound', 'sound', 'sound']);
  assert.equal(budgets.length, 2);
});
