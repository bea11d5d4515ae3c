import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { readHttpClock } from '../../../../cli/doctor/io/http-clock.ts';
import { closedPort, httpAnswer, type RawAnswer, startRawServer } from '../../../support/raw-server.ts';

const now = Date.parse('2026-01-02T03:04:05Z');

const ask = async (t: TestContext, answer: RawAnswer): Promise<number | undefined> => {
  const server = await startRawServer(() => answer);
  t.after(server.close);
  return readHttpClock(new URL(`http://127.0.0.1:${server.port}/`), () => now);
};

test('the header Date of any answer, to half a second', async (t) => {
  const later = 'Date: Fri, 02 Jan 2026 03:05:05 GMT\r\n';
  assert.equal(await ask(t, { bytes: httpAnswer('200 OK', 'x', later) }), 60_500);
  assert.equal(await ask(t, { bytes: httpAnswer('405 Method Not Allowed', '', later) }), 60_500);
});

test('no time, a wrong one, no answer: nothing is known', async (t) => {
  assert.equal(await ask(t, { bytes: httpAnswer('200 OK', 'x') }), undefined);
  assert.equal(await ask(t, { bytes: httpAnswer('200 OK', 'x', 'Date: yesterday\r\n') }), undefined);
  assert.equal(await ask(t, 'reset'), undefined);
  const nobody = new URL(`http://127.0.0.1:${await closedPort()}/`);
  assert.equal(await readHttpClock(nobody, () => now), undefined);
});
