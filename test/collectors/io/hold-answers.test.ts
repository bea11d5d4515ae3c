/** Answers that wait. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createHold } from '../../../collectors/io/hold-answers.ts';

const hourMs = 3_600_000;

test('an answer waits no longer when nobody waits any more, or when more wait than can', async () => {
  const hold = createHold(hourMs);
  const clients = Array.from({ length: 513 }, () => new AbortController());
  const ended: number[] = [];
  const waits = clients.map(async ({ signal }, at) => {
    await hold(signal);
    ended.push(at);
  });
  await waits[0];
  clients[7]?.abort();
  await waits[7];
  assert.deepEqual(ended, [0, 7]);
  for (const client of clients) client.abort();
  await Promise.all(waits);
});

test('an answer does not wait where nobody waits any more at its beginning', async () => {
  await createHold(hourMs)(AbortSignal.abort());
});

test('an answer waits for its time', async () => {
  await createHold(1)(new AbortController().signal);
});
