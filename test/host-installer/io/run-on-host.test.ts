/** A connection to one hypervisor ends when it should, whoever else holds the pipes of ssh. */
import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { type HostConnection, type HostRun, runOnHost } from '../../../host-installer/io/run-on-host.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** An ssh whose helper is in a session of its own, and holds its pipes until the test is over. */
const runWithSsh = async (
  t: TestContext,
  script: string,
  options: Partial<HostConnection>,
  onLine: (text: string) => void = () => undefined,
): Promise<HostRun> => {
  const folder = temporaryFolder(t);
  const ssh = path.join(folder, 'ssh');
  const helper = `setsid sh -c 'echo helper; while [ -e "$1" ]; do sleep 0.1; done' - ${ssh} &`;
  writeFileSync(ssh, `#!/bin/sh\n${helper}\n${script}\n`);
  chmodSync(ssh, 0o755);
  const before = process.env['PATH'];
  process.env['PATH'] = `${folder}:${before}`;
  t.after(() => {
    process.env['PATH'] = before;
  });
  const never = new AbortController().signal;
  const connection = {
    user: 'root',
    connectTimeoutMs: 60_000,
    timeoutMs: 600_000,
    archive: Buffer.from('archive'),
    stop: never,
    abandon: never,
    ...options,
  };
  return runOnHost({ id: 1, name: 'kvm-1' }, 'command', connection, ({ text }) => onLine(text));
};

test('ssh has ended, and another program holds its pipes: its status and all that it said count', async (t) => {
  const { report, end } = await runWithSsh(
    t,
    "echo 'oneext-hosts: began'; echo 'oneext-hosts: host.sh ended with 0'; exit 7",
    {},
  );
  assert.deepEqual(end, { cause: 'itself', status: 7 });
  assert.equal(report.hostShStatus, 0);
});

test('a host that is to be left to itself is left, whoever holds the pipes', async (t) => {
  const abandon = new AbortController();
  const { end } = await runWithSsh(
    t,
    "echo 'oneext-hosts: began'; exec sleep 1000",
    { abandon: abandon.signal },
    (text) => {
      if (text === 'oneext-hosts: began') abandon.abort();
    },
  );
  assert.deepEqual(end, { cause: 'itself', status: undefined });
});

test('the operator stops before the host has said a word: nothing is waited for', async (t) => {
  const stop = new AbortController();
  const { end } = await runWithSsh(t, 'exec sleep 1000', { stop: stop.signal }, () => stop.abort());
  assert.deepEqual(end, { cause: 'stopped', status: undefined });
});

test('hosts.timeout is over before the host has said a word: nothing is waited for', async (t) => {
  const { end } = await runWithSsh(t, 'exec sleep 1000', { timeoutMs: 1000 });
  assert.deepEqual(end, { cause: 'late', limit: 'hosts.timeout=1s', status: undefined });
});
