/** remote.sh, which oneext runs on hosts, with the real host.sh on a host made of files. */
import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { collectOutput } from '../support/child-output.ts';
import { repositoryPath } from '../support/expected.ts';
import { differenceOf, type MadeHost, makeHost } from '../support/made-host.ts';

/** Its host.sh has started the agent, and waits for its page for ever. */
const makeWaitingHost = (t: TestContext): { readonly host: MadeHost; isWaiting(): boolean } => {
  const host = makeHost();
  t.after(host.remove);
  const waiting = path.join(host.root, '../waiting');
  const curl = path.join(host.root, 'usr/sbin/curl');
  rmSync(curl); // a link to the stand-in
  writeFileSync(curl, `#!/bin/bash\n: >'${waiting}'\nexec /bin/sleep 60\n`, { mode: 0o755 });
  return { host, isWaiting: () => existsSync(waiting) };
};

const startRemote = ({ environment }: MadeHost, ...argv: readonly string[]): ChildProcessWithoutNullStreams =>
  // In a session of its own, as under sshd.
  spawn('bash', [repositoryPath('host-installer/remote.sh'), ...argv], {
    env: { ...environment },
    detached: true,
  });

const endOf = (child: ChildProcessWithoutNullStreams): Promise<number | null> =>
  new Promise((resolve) => child.once('exit', resolve));

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
};

test('it tells how far it has come, and what the agent is', async (t) => {
  const host = makeHost();
  t.after(host.remove);
  const child = startRemote(host, 'no', 'install', '--port', '9000');
  const output = collectOutput(child);
  assert.equal(await endOf(child), 0, output.stderr);
  assert.match(output.stdout, /^oneext-hosts: began\n- job_name/);
  assert.match(output.stdout, /\noneext-hosts: host\.sh ended with 0\nagent: with docker, runs\n/);
  assert.match(output.stdout, /\nmeasures: 83\.2 W \(Scaphandre 1\.02\)\n$/);
});

test('exit codes are passed on', async (t) => {
  for (const [description, argv, code] of [
    [{ virtualization: 'kvm', powercap: 'none' }, [], 78],
    [{}, ['--port', 'x'], 2],
  ] as const) {
    const host = makeHost(description);
    t.after(host.remove);
    const child = startRemote(host, 'no', 'install', ...argv);
    const output = collectOutput(child);
    assert.equal(await endOf(child), code, output.stderr);
    assert.match(output.stdout, new RegExp(`oneext-hosts: host\\.sh ended with ${code}\n$`));
  }
});

test('the front-end ends it: what was done is undone', async (t) => {
  const { host, isWaiting } = makeWaitingHost(t);
  const before = host.snapshot();
  const child = startRemote(host, 'no', 'install');
  const output = collectOutput(child);
  await until(isWaiting);
  child.stdin.end();
  assert.equal(await endOf(child), 130, output.stderr);
  assert.match(output.stderr, /undoing what this run did/);
  assert.match(output.stdout, /host\.sh ended with 130\n$/);
  assert.equal(differenceOf(host.snapshot(), { ...before, waiting: '' }), '');
});

test('the connection breaks, and nobody reads what is said: what was done is undone all the same', async (t) => {
  const { host, isWaiting } = makeWaitingHost(t);
  const before = host.snapshot();
  const child = startRemote(host, 'no', 'install', '--allow', '192.0.2.0/24');
  await until(isWaiting);
  child.stdout.destroy();
  child.stderr.destroy();
  child.stdin.destroy();
  await endOf(child);
  assert.equal(differenceOf(host.snapshot(), { ...before, waiting: '' }), '');
});
