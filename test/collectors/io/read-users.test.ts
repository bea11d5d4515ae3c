/** Users whom an attribute of another user forges. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createUserReader } from '../../../collectors/io/read-users.ts';
import { createXmlRpcClient } from '../../../lib/io/xml-rpc-client.ts';
import { startLivingFrontEnd } from '../../support/living-front-end.ts';

const user = (id: number, password: string): string =>
  `<USER><ID>${id}</ID><NAME>user-${id}</NAME><TEMPLATE><TOKEN_PASSWORD><![CDATA[${password}]]></TOKEN_PASSWORD></TEMPLATE></USER>`;

test('a user who stands twice in the pool is read alone, and one that is only forged is left out', async (t) => {
  const pool = [
    user(0, 'a'),
    user(7, 'b'),
    user(7, 'forged'),
    user(99_999, 'forged'),
    user(99_999, 'forged'),
  ];
  const { endpoint, calls } = await startLivingFrontEnd(t, (method, [id]) => {
    if (method === 'one.userpool.info') return { document: `<USER_POOL>${pool.join('')}</USER_POOL>` };
    if (method !== 'one.user.info') return undefined;
    return id === 7
      ? { document: user(7, 'b') }
      : { errorCode: 0x0400, message: `Error getting user [${id}].` };
  });
  const client = createXmlRpcClient({
    endpoint: new URL(endpoint),
    credentials: () => Promise.resolve('oneadmin:labpass'),
    totalTimeoutMs: 60_000,
  });
  const users = await createUserReader(
    client,
    () => undefined,
    () => [],
  )();
  assert.deepEqual(
    [...users.values()].map(({ id, tokenPassword }) => [id, tokenPassword]),
    [
      [0, 'a'],
      [7, 'b'],
    ],
  );
  assert.deepEqual(calls, ['one.userpool.info', 'one.user.info 7', 'one.user.info 99999']);
});

test('users are not read by halves: a call that fails is a failure', async (t) => {
  const { endpoint } = await startLivingFrontEnd(t, (method) =>
    method === 'one.userpool.info'
      ? { document: `<USER_POOL>${user(7, 'b')}${user(7, 'c')}</USER_POOL>` }
      : { errorCode: 0x2000, message: 'internal' },
  );
  const client = createXmlRpcClient({
    endpoint: new URL(endpoint),
    credentials: () => Promise.resolve('oneadmin:labpass'),
    totalTimeoutMs: 60_000,
  });
  await assert.rejects(
    createUserReader(
      client,
      () => undefined,
      () => [],
    )(),
    { code: 'ONE_REFUSED' },
  );
});

test('a creator of VMs of others is asked for alone, once for each password: a deleted user that is forged is left out', async (t) => {
  const pool = [user(0, 'a'), user(7, 'forged'), user(8, 'b'), user(9, 'c')];
  let password = 'b';
  const { endpoint, calls } = await startLivingFrontEnd(t, (method, [id]) => {
    if (method === 'one.userpool.info') return { document: `<USER_POOL>${pool.join('')}</USER_POOL>` };
    if (method !== 'one.user.info') return undefined;
    return id === 8
      ? { document: user(8, password) }
      : { errorCode: 0x0400, message: `Error getting user [${id}].` };
  });
  const client = createXmlRpcClient({
    endpoint: new URL(endpoint),
    credentials: () => Promise.resolve('oneadmin:labpass'),
    totalTimeoutMs: 60_000,
  });
  const read = createUserReader(
    client,
    () => undefined,
    () => [7, 8, 8, 99],
  );
  const passwords = async () =>
    [...(await read()).values()].map(({ id, tokenPassword }) => `${id} ${tokenPassword}`).sort();
  assert.deepEqual(await passwords(), ['0 a', '8 b', '9 c']);
  assert.deepEqual(await passwords(), ['0 a', '8 b', '9 c']);
  const askedFor = (id: number) => calls.filter((call) => call === `one.user.info ${id}`).length;
  assert.deepEqual([askedFor(7), askedFor(8), askedFor(9)], [2, 1, 0]);
  password = 'new';
  pool[2] = user(8, 'new');
  assert.deepEqual(await passwords(), ['0 a', '8 new', '9 c']);
  assert.equal(askedFor(8), 2);
});
