/** Who is asked for a password: what is remembered, who waits for whom, and who is forgotten. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createBasicAuth, type Login } from '../../../lib/io/basic-auth.ts';

const users = new Map([['prom', 'hash of secret']]);
const headerOf = (credentials: string): string => `Basic ${Buffer.from(credentials).toString('base64')}`;

/** Comparisons that end when the test says so, the oldest first. */
const createBench = () => {
  const compared: string[] = [];
  const ends: (() => void)[] = [];
  const judge = createBasicAuth((password, hash) => {
    compared.push(password);
    return new Promise((resolve) => ends.push(() => resolve(hash === `hash of ${password}`)));
  });
  const ask = (credentials: string, changes: Partial<Login> = {}) =>
    judge({
      users,
      header: headerOf(credentials),
      client: '192.0.2.1',
      signal: new AbortController().signal,
      ...changes,
    });
  /** Ends comparisons until nothing waits. */
  const endAll = async (): Promise<void> => {
    for (let end = ends.shift(); end !== undefined; end = ends.shift()) {
      end();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { ask, compared, endAll };
};

test('B1-known: a password that was judged once waits for nobody', async () => {
  const { ask, compared, endAll } = createBench();
  const first = [ask('prom:secret'), ask('prom:wrong')];
  await endAll();
  assert.deepEqual(await Promise.all(first), ['granted', 'denied']);
  const others = Array.from({ length: 300 }, (_, at) => ask(`prom:${at}`));
  assert.equal(await ask('prom:secret'), 'granted');
  assert.equal(await ask('prom:wrong'), 'denied');
  assert.equal(compared.length, 3, 'one of the others is compared, the rest wait');
  await endAll();
  const verdicts = await Promise.all(others);
  assert.equal(verdicts.filter((verdict) => verdict === 'busy').length, 300 - 33);
});

test('B1-new: a right password that is new waits for one comparison of another client', async () => {
  const { ask, compared, endAll } = createBench();
  const others = Array.from({ length: 300 }, (_, at) => ask(`prom:${at}`));
  const asked = ask('prom:secret', { client: '192.0.2.2' });
  await endAll();
  assert.equal(await asked, 'granted');
  assert.ok(compared.indexOf('secret') <= 2, compared.slice(0, 5).join());
  await Promise.all(others);
});

test('B1-left: a client that has left is not worked for, and the same password is compared once', async () => {
  const { ask, compared, endAll } = createBench();
  const left = new AbortController();
  const asked = [
    ask('prom:a'),
    ask('prom:gone', { signal: left.signal }),
    ...Array.from({ length: 20 }, () => ask('prom:same')),
  ];
  left.abort();
  await endAll();
  assert.deepEqual(new Set(await Promise.all(asked)), new Set(['denied', 'busy']));
  assert.deepEqual(compared, ['a', 'same']);
});

test('a user that is unknown is compared too, and never granted; a header that is none is denied', async () => {
  const { ask, compared, endAll } = createBench();
  const asked = ask('nobody:secret');
  await endAll();
  assert.equal(await asked, 'denied');
  assert.deepEqual(compared, ['secret']);
  for (const header of [undefined, '', 'Bearer x', 'Basic !', headerOf('no colon')])
    assert.equal(await ask('', { header }), 'denied');
});

test('a changed hash is judged anew', async () => {
  const { ask, endAll } = createBench();
  const before = ask('prom:secret');
  await endAll();
  assert.equal(await before, 'granted');
  const after = ask('prom:secret', { users: new Map([['prom', 'hash of other']]) });
  await endAll();
  assert.equal(await after, 'denied');
});
