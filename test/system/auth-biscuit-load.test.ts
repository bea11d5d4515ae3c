/** Logins on a machine that has no time: the limit counts what the driver works, not how long that takes. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import test, { type TestContext } from 'node:test';
import { authorize } from '../../auth-biscuit/authorize.ts';
import { defaultConfiguration } from '../../auth-biscuit/configuration.ts';
import { parsePublicKeys } from '../../auth-biscuit/public-keys.ts';
import { createInstallation, formatRequest, runDriver } from '../support/driver.ts';
import { biscuits, makeToken, modules, wasmFile } from '../support/token-library.ts';

// As oned's drivers run; what is started from here inherits it.
setPriority(19);

/** So many processes that never rest: the load of the machine. */
const makeLoad = (t: TestContext, processes: number): void => {
  const busy = Array.from({ length: processes }, () =>
    // However this test ends, they end as well.
    spawn('timeout', ['280', 'sh', '-c', 'while :; do :; done'], { stdio: 'ignore' }),
  );
  t.after(async () => {
    for (const child of busy) {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
  });
};

const library = modules.loadTokenLibrary(wasmFile);
const { privateKey, publicKey } = modules.createKeyPair(biscuits);
const derived = 'right($x) <- operation($x); check if right("login");';
const expiry = 'valid($x) <- time($t), $t < 2100-01-01T00:00:00Z, operation($x); check if valid("login");';
const tokens = [
  makeToken(privateKey, `user("dann1"); ${derived} ${expiry}`),
  makeToken(privateKey, 'user("dann1");', `${derived} ${expiry}`),
  makeToken(privateKey, `user("dann1"); ${expiry}`, derived, `${derived} ${expiry}`),
  makeToken(privateKey, 'user("dann1"); check if time($t), $t < 2100-01-01T00:00:00Z;'),
];

test('A1-1,000 of 1,000 logins are granted at load 30 and nice 19, with rules in any block', (t) => {
  makeLoad(t, 30);
  const keys = parsePublicKeys(publicKey);
  const configuration = { ...defaultConfiguration, requireExpiry: true };
  const granted = Array.from({ length: 1000 }, (_, login) => {
    const attempt = { user: 'dann1', keys, token: tokens[login % tokens.length] ?? '', now: new Date() };
    return authorize(attempt, configuration, new Set(), library).granted;
  });
  assert.deepEqual(
    granted,
    Array.from({ length: 1000 }, () => true),
  );
});

test('E3-so are those of the whole driver at nice 19, as many at a time as oned asks (A1)', async (t) => {
  makeLoad(t, 30);
  const installation = createInstallation('require_expiry: true\n');
  t.after(installation.remove);
  const { driver, environment } = installation;
  const startedAt = performance.now();
  const logIns = Array.from({ length: 15 }, async (_, login) => {
    const input = formatRequest('dann1', publicKey, tokens[login % tokens.length] ?? '');
    return await runDriver({ input, argv: [driver], environment });
  });
  for (const answer of await Promise.all(logIns))
    assert.deepEqual(answer, { exit: 0, stdout: `biscuit dann1 ${publicKey}\n`, stderr: '' });
  t.diagnostic(`15 logins at a time: ${Math.round(performance.now() - startedAt)} ms`);
});
