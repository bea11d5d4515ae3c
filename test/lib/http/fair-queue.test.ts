import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { createFairQueue } from '../../../lib/http/fair-queue.ts';

test('B1-turns: who asks once waits for one turn of each other client, however much they ask', () => {
  const clients = fc.array(fc.nat(4), { maxLength: 60 });
  fc.assert(
    fc.property(clients, (asking) => {
      const queue = createFairQueue<string>(16);
      for (const [at, client] of asking.entries()) queue.add(String(client), `${client}/${at}`);
      assert.equal(queue.add('late', 'late/0'), undefined, 'a new client finds room');
      const taken: string[] = [];
      for (let item = queue.take(); item !== undefined; item = queue.take()) taken.push(item);
      const turn = taken.indexOf('late/0');
      assert.ok(turn >= 0 && turn <= new Set(asking).size, `${turn}`);
      assert.ok(taken.length <= 16);
    }),
  );
});

test('B1-full: the client with the most in the queue loses its last place', () => {
  const queue = createFairQueue<number>(3);
  assert.deepEqual(
    [queue.add('a', 1), queue.add('a', 2), queue.add('a', 3), queue.add('a', 4)],
    [undefined, undefined, undefined, 4],
  );
  assert.equal(queue.add('b', 5), 3);
  queue.remove('a', 1);
  queue.remove('a', 99);
  queue.remove('nobody', 5);
  assert.deepEqual([queue.take(), queue.take(), queue.take()], [2, 5, undefined]);
});
