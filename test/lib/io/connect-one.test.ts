/** Where the endpoint and the credentials come from, and what is said where they cannot be used. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { OneExtError } from '../../../lib/errors/oneext-error.ts';
import { connectOne } from '../../../lib/io/connect-one.ts';
import { temporaryFolder } from '../../support/temporary.ts';

type Environment = Readonly<Record<string, string>>;

const failureOf = async (environment: Environment): Promise<OneExtError> => {
  const thrown = await connectOne(environment, { totalTimeoutMs: 1000 }).then(
    () => assert.fail('it is connected'),
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof OneExtError, String(thrown));
  assert.equal(thrown.exitCode, 78, thrown.message);
  return thrown;
};

/** A home with these files below .one. */
const makeHome = (t: TestContext, files: Readonly<Record<string, string>>): string => {
  const home = temporaryFolder(t);
  mkdirSync(path.join(home, '.one'));
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(home, '.one', name), content);
  return home;
};

test('A3-endpoint: an endpoint that cannot be used is named by its variable, without its password', async (t) => {
  const home = makeHome(t, { one_auth: 'oneadmin:secret' });
  for (const endpoint of [
    'http://prom:100%sure@front-end:2633/RPC2',
    'http://prom:100%25sure@front end/RPC2',
    'http://prom:sure/100%25sure@front-end/RPC2',
    'ftp://prom:100%25sure@front-end/RPC2',
  ]) {
    const { message } = await failureOf({ HOME: home, ONE_XMLRPC: endpoint });
    assert.match(message, /ONE_XMLRPC/);
    assert.doesNotMatch(message, /sure/, message);
  }
  const other = makeHome(t, { one_auth: 'a:b', one_endpoint: 'front-end:2633' });
  assert.match((await failureOf({ HOME: other })).message, /one_endpoint\) is "front-end:2633" but must be/);
});

test('A3-auth: credentials that cannot be used are named by their variable or file, and are not shown', async (t) => {
  const home = makeHome(t, { no_colon: 'secret', two_lines: 'a:secret\nb:secret', empty: '' });
  for (const name of ['no_colon', 'two_lines', 'empty', 'missing', '']) {
    const { message } = await failureOf({ HOME: home, ONE_AUTH: path.join(home, '.one', name) });
    assert.ok(message.includes(`ONE_AUTH=${path.join(home, '.one', name)}`), message);
    assert.doesNotMatch(message, /secret/);
  }
  const { message } = await failureOf({ HOME: home, ONE_AUTH: 'oneadmin:secret' });
  assert.match(message, /ONE_AUTH must be the path of a file/);
  assert.doesNotMatch(message, /secret/);
  assert.match((await failureOf({ HOME: home })).message, /\.one\/one_auth: ENOENT/);
});
