/** Programs whose stdout or stderr nobody reads any more: they do what they were started for, to its end. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { repositoryPath } from '../../support/expected.ts';
import { httpAnswer, startRawServer } from '../../support/raw-server.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** Starts a program of dist/ whose stdout and stderr are closed before it writes to them. */
const startUnheard = (t: TestContext, file: string, argv: readonly string[], endpoint: string) => {
  const auth = path.join(temporaryFolder(t), 'one_auth');
  writeFileSync(auth, 'oneadmin:x', { mode: 0o600 });
  const child = spawn(process.execPath, [repositoryPath(file), ...argv], {
    env: { PATH: '/usr/bin:/bin', ONE_AUTH: auth, ONE_XMLRPC: endpoint },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  child.stdout.destroy();
  child.stderr.destroy();
  child.stdin.on('error', () => undefined).end();
  return child;
};

test('B7-exporter: a closed stderr does not end the exporter', async (t) => {
  const one = await startRawServer(() => ({ bytes: httpAnswer('500 Oops', '') }));
  t.after(one.close);
  const free = await startRawServer(() => 'reset');
  await free.close();
  const flags = [`--web.listen-address=127.0.0.1:${free.port}`, '--config.file=/dev/null'];
  const child = startUnheard(t, 'dist/opennebula-exporter', flags, `http://127.0.0.1:${one.port}/RPC2`);
  const ended = once(child, 'exit');
  const isUp = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${free.port}/-/healthy`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (child.exitCode === null && !(await isUp())) await new Promise((resolve) => setTimeout(resolve, 50));
  // Each failed collector is a line on stderr.
  for (let round = 0; round < 3; round += 1)
    assert.match(await (await fetch(`http://127.0.0.1:${free.port}/metrics`)).text(), /^opennebula_up 0$/m);
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
});

test('B7-hook, B7-migrate_tunnel: the exit code is that of the work, not of what nobody reads', async (t) => {
  const one = await startRawServer(() => 'reset');
  t.after(one.close);
  const endpoint = `http://127.0.0.1:${one.port}/RPC2`;
  const none = ['--config.file=/nonexistent/oneext.yaml'];
  for (const [file, argv, expected] of [
    ['dist/hooks/host_geolocation', ['--config.file=/dev/null', '7'], 75],
    ['dist/hooks/host_geolocation', none, 78],
    ['dist/hooks/vm_scrape_target', none, 78],
    ['dist/vmm/kvm/migrate_tunnel', none, 78],
    ['dist/oneext', ['nonsense'], 2],
    ['dist/oneext', ['--help'], 0],
  ] as const) {
    const [code] = await once(startUnheard(t, file, argv, endpoint), 'exit');
    assert.equal(code, expected, file);
  }
});
