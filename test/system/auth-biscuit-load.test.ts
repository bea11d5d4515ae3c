/** A login on a machine that has no time: the limit counts what the driver works, not how long that takes. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import test from 'node:test';
import { driver, runDriver } from '../support/driver.ts';
import { repositoryPath } from '../support/expected.ts';

const request = (name: string): Buffer =>
  readFileSync(repositoryPath('test/auth-biscuit/testcases', name, 'input.xml'));

test('eight busy processes: every good token is granted, a hostile one is not', async (t) => {
  const perCore = 4;
  const busy = Array.from({ length: perCore * availableParallelism() }, () =>
    // However this test ends, they end as well.
    spawn('timeout', ['120', 'sh', '-c', 'while :; do :; done'], { stdio: 'ignore' }),
  );
  t.after(async () => {
    for (const child of busy) {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
  });
  const timed = async (
    label: string,
    argv: readonly [string, ...string[]],
    name: string,
  ): Promise<unknown> => {
    const startedAt = performance.now();
    const { exit } = await runDriver({ input: request(name), argv });
    t.diagnostic(`${label}: ${Math.round(performance.now() - startedAt)} ms`);
    return exit;
  };
  for (let round = 0; round < 5; round += 1) {
    assert.equal(await timed('a good token', [driver], 'seed'), 0);
  }
  // As oned's drivers run.
  assert.equal(await timed('a good token, nice 19', ['nice', '-n', '19', driver], 'seed'), 0);
  assert.equal(await timed('a hostile token', [driver], 'hostile-rule'), 77);
});
