/** No script of a migration waits for a libvirt that never answers. The clock of the stand-ins is a hundred times as fast. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { endMigrationScript, guardScript } from '../../live-migrate/guard-script.ts';
import { isConclusive, readGuardSession, readGuestAnswer } from '../../live-migrate/guard-session.ts';
import { virshShim } from '../../live-migrate/virsh-shim.ts';
import { temporaryFolder } from '../support/temporary.ts';

const fast = {
  // It is asked to end, and takes no notice; after a while it ends in order, and nobody was to wait for that.
  virsh: "trap '' TERM\nexec /bin/sleep 10",
  // As timeout(1), whose `-k` and limit each stand-in of libvirt needs.
  timeout: '[ "$1" = -k ] || exit 99\necho "limit $3" >&2\nshift 3\nexec /usr/bin/timeout -k 0.1 0.1 "$@"',
  sleep: 'exec /bin/sleep 0.01',
};

const runScript = (
  t: TestContext,
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
) => {
  const bin = path.join(temporaryFolder(t), 'bin');
  mkdirSync(bin);
  for (const [name, script] of Object.entries(fast))
    writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const searchPath = `${bin}:/usr/bin:/bin`;
  const env = { PATH: searchPath, ONEEXT_MIGRATE_PATH: searchPath, ...environment };
  return spawnSync('sh', ['-c', ...argv], { env, encoding: 'utf8', input: '' });
};

test("C12-the driver's own commands to a libvirt that does not answer end", (t) => {
  for (const command of ['destroy', 'undefine', 'domstate']) {
    const { status, signal } = runScript(t, [virshShim, 'virsh', '-c', 'qemu+ssh://hostB/system', command]);
    assert.deepEqual([status, signal], [null, 'SIGKILL'], `virsh ${command}`);
  }
});

test("C12-after a transfer that stood still the driver's own commands have ten seconds", (t) => {
  const folder = temporaryFolder(t);
  const limitOf = (): string =>
    runScript(t, [virshShim, 'virsh', '-c', 'qemu+ssh://hostB/system', 'destroy', 'one-42'], {
      ONEEXT_MIGRATE_FOLDER: folder,
    }).stderr;
  assert.equal(limitOf(), 'limit 10\n');
  writeFileSync(path.join(folder, 'progress'), '');
  assert.equal(limitOf(), 'limit 30\n');
});

test('C12-a driver that hangs once the migration is over is ended, and where the guest runs is not told by its status', (t) => {
  const driver = 'rm "$ONEEXT_MIGRATE_FOLDER/open"; exec /bin/sleep 10';
  const vmId = `8${process.pid}`;
  const words = [virshShim, '198.18.0.170', '15', '0', vmId, 'sh', '-c', driver, 'driver', 'one-42'];
  const { stdout } = runScript(t, [guardScript, 'migrate_tunnel', ...words]);
  const session = readGuardSession(stdout);
  assert.equal(session.end?.status, 143);
  assert.equal(isConclusive(session), false);
});

test('C12-a source that is asked after its session has broken off says that it does not know', (t) => {
  const words = ['migrate_tunnel', 'one-42', `8${process.pid}`];
  const { status, signal, stdout, stderr } = runScript(t, [endMigrationScript, ...words]);
  assert.deepEqual([status, signal], [null, 'SIGKILL'], stderr);
  // As ssh tells an end by a signal.
  const { state, isMoving } = readGuestAnswer({ status: 255, stdout, stderr });
  assert.deepEqual([state, isMoving], [undefined, false]);
});
