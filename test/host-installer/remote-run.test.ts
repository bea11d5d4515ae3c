/** What goes over ssh, taken by the shell and the tar of this machine. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import fc from 'fast-check';
import { formatRemoteRun, type RemoteRun } from '../../host-installer/remote-run.ts';
import { formatTar, type TarEntry } from '../../host-installer/tar.ts';
import { temporaryFolder } from '../support/temporary.ts';

const entry = (name: string, text: string | Buffer, mode = 0o644): TarEntry => ({
  path: name,
  mode,
  content: Buffer.from(text),
});

test('tar reads the archive: names, modes, bytes', (t) => {
  const folder = temporaryFolder(t);
  const bytes = Buffer.from(Array.from({ length: 1300 }, (_, at) => at % 256));
  const files = [
    entry('host.sh', '#!/bin/bash\n', 0o755),
    entry('lib/a b.sh', bytes),
    entry('lib/empty', ''),
    entry('block', 'x'.repeat(512), 0o600),
  ];
  const input = formatTar(files);
  assert.equal(input.length % 512, 0);
  const { status, stderr } = spawnSync('tar', ['-x', '-p', '-f', '-', '-C', folder], { input });
  assert.deepEqual([status, stderr.toString()], [0, '']);
  for (const { path: name, mode, content } of files) {
    assert.deepEqual(readFileSync(path.join(folder, name)), content);
    assert.equal(statSync(path.join(folder, name)).mode & 0o777, mode);
  }
  assert.throws(() => formatTar([entry('x'.repeat(101), '')]), RangeError);
});

const run: RemoteRun = { command: 'install', sudoRules: false, options: [] };

/** As sshd runs it. */
const take = (t: TestContext, command: string, input: Buffer) => {
  const tmp = path.join(temporaryFolder(t), 'tmp');
  mkdirSync(tmp);
  const env = { PATH: process.env['PATH'] ?? '', TMPDIR: tmp };
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { input, env });
  assert.deepEqual(readdirSync(tmp), [], 'nothing stays');
  return { status, stdout: stdout.toString(), stderr: stderr.toString() };
};

test('the host unpacks, runs what it got, leaves stdin to it, passes its status on, and removes it', (t) => {
  const archive = formatTar([entry('remote.sh', 'cat; printf ":%s" "$@"; [[ -f $0 ]]; exit 7')]);
  const command = formatRemoteRun(run, 3, { archiveBytes: archive.length, user: 'root' });
  const { status, stdout } = take(t, command, Buffer.concat([archive, Buffer.from('still here')]));
  assert.deepEqual([status, stdout], [7, 'still here:no:install:--host-id:3']);
});

test('what runs there makes files as the login does', (t) => {
  const archive = formatTar([entry('remote.sh', 'umask')]);
  const command = formatRemoteRun(run, 3, { archiveBytes: archive.length, user: 'root' });
  assert.equal(take(t, `umask 022; ${command}`, archive).stdout, '0022\n');
});

test('what did not come whole is not run', (t) => {
  const archive = formatTar([entry('remote.sh', 'echo ran'), entry('rest', 'x'.repeat(20_000))]);
  const command = formatRemoteRun(run, 3, { archiveBytes: archive.length, user: 'root' });
  for (const bytes of [0, 100, 5000, archive.length - 1024 - 512]) {
    const { status, stdout } = take(t, command, archive.subarray(0, bytes));
    assert.equal(stdout, '', `${bytes} bytes`);
    assert.notEqual(status, 0, `${bytes} bytes`);
  }
});

test('law: options arrive as they are, whatever a shell would make of them', (t) => {
  const archive = formatTar([entry('remote.sh', 'printf "%s\\0" "$@"')]);
  const word = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 20 })
    .filter((text) => !text.includes('\0'));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 4 }), (options) => {
      const { stdout } = take(
        t,
        formatRemoteRun({ ...run, options }, 3, { archiveBytes: archive.length, user: 'root' }),
        archive,
      );
      assert.deepEqual(stdout.split('\0').slice(2, -3), options);
    }),
    { numRuns: 30 },
  );
});

test('another user becomes root with sudo, which must not ask', () => {
  assert.match(formatRemoteRun(run, 3, { archiveBytes: 1, user: 'oneadmin' }), /^sudo -n bash --norc -c /);
});
