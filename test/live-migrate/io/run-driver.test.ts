/** A migration that meets a 9p share, which a guest reads for a moment, is tried once more; no other is. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Hosts } from '../../../live-migrate/io/hosts.ts';
import { runDriver } from '../../../live-migrate/io/run-driver.ts';

const mounted =
  "error: Requested operation is not valid: cannot migrate domain: Migration is disabled when VirtFS export path '/srv' is mounted in the guest using mount_tag 'scaphandre'\n";
const mountedLater =
  "error: internal error: unable to execute QEMU command 'migrate': Migration is disabled when VirtFS export path '/srv' is mounted\n";

interface Try {
  readonly stdout: string;
  readonly stderr?: string;
}

const migrateWith = async (tries: readonly Try[], signal = new AbortController().signal) => {
  let runs = 0;
  const said: string[] = [];
  const never = () => Promise.reject(new Error('is not asked'));
  const hosts: Hosts = {
    connect: never,
    disconnect: () => undefined,
    run: never,
    async runOnLifeline(_host, _argv, { onStderr }) {
      const { stdout, stderr = '' } = tries[runs] ?? assert.fail('one try too many');
      runs += 1;
      for (const letter of stderr) onStderr(Buffer.from(letter)); // however it comes
      return stdout;
    },
    close: async () => undefined,
  };
  const request = {
    ...{ deployId: 'one-7', source: 'a', destination: 'b', vmId: 7, words: [] },
    document: Buffer.from(''),
  };
  const say = (_level: string, text: string) => void said.push(text);
  const end = await runDriver({ request, hosts, signal, recoveryTimeoutMs: 1, say }, 'a', ['true']);
  return { end, runs, said };
};

for (const stderr of [mounted, mountedLater])
  test(`tried once more: ${stderr.slice(7, 50)}`, async () => {
    const { end, runs, said } = await migrateWith([
      { stdout: 'started\nended 1\n', stderr },
      { stdout: 'started\nended 0\n' },
    ]);
    assert.deepEqual([end, runs], [{ status: 0 }, 2]);
    assert.deepEqual(said, ['one-7 has a shared folder mounted; trying once more in 3 s']);
  });

test('once, and not again: then the status is that of the driver', async () => {
  const refused = { stdout: 'started\nended 1\n', stderr: mounted };
  const { end, runs } = await migrateWith([refused, refused]);
  assert.deepEqual([end, runs], [{ status: 1 }, 2]);
});

test('no other failure is tried again, no success, and none that is to end', async () => {
  const other = await migrateWith([{ stdout: 'started\nended 1\n', stderr: 'error: no route to host\n' }]);
  assert.deepEqual([other.end, other.runs], [{ status: 1 }, 1]);
  const done = await migrateWith([{ stdout: 'started\nended 0\n', stderr: mounted }]);
  assert.deepEqual([done.end, done.runs], [{ status: 0 }, 1]);
  const stopped = new AbortController();
  stopped.abort('SIGTERM');
  const ended = await migrateWith([{ stdout: 'started\nended 1\n', stderr: mounted }], stopped.signal);
  assert.deepEqual([ended.end, ended.runs], [{ status: 1 }, 1]);
});
