/** The watchdog of a transfer counts seconds and not its own rounds: a question to libvirt may take longer than a round. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { virshShim } from '../../live-migrate/virsh-shim.ts';
import { collectOutput } from '../support/child-output.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** A libvirt whose migration stands still until it is aborted. @param answer what it does when it is asked for progress */
const libvirt = (answer: string): string => `#!/bin/sh
case "$*" in
  *domjobinfo*) echo asked >> "$STAND_IN/questions"; ${answer} ;;
  *domjobabort*) : > "$STAND_IN/aborted" ;;
  *domstate*) echo running ;;
  *migrate*) while [ ! -e "$STAND_IN/aborted" ]; do sleep 0.1; done; exit 3 ;;
esac
`;

const flags = ['lifeline', 'progress', 'beginning', 'no-reset', 'unmoved', 'open'];

interface Watched {
  /** How often libvirt was asked for progress until the watchdog aborted. */
  readonly questions: number;
  readonly status: number | null;
  /** What the watchdog told of the transfer, by removing files; `no-reset` goes only where virsh ends late. */
  readonly removed: readonly string[];
}

const watchMigration = async (t: TestContext, stall: number, answer: string): Promise<Watched> => {
  const folder = temporaryFolder(t);
  const bin = path.join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(path.join(bin, 'virsh'), libvirt(answer), { mode: 0o755 });
  writeFileSync(path.join(bin, 'sudo'), '#!/bin/sh\n', { mode: 0o755 });
  for (const flag of flags) writeFileSync(path.join(folder, flag), '');
  const guard = spawn('sleep', ['1000']);
  t.after(() => guard.kill());
  const child = spawn(
    'sh',
    ['-c', virshShim, 'virsh', 'migrate', '--live', 'one-42', 'qemu+ssh://hostB/system'],
    {
      env: {
        STAND_IN: folder,
        ONEEXT_MIGRATE_PATH: `${bin}:/usr/bin:/bin`,
        ONEEXT_MIGRATE_FOLDER: folder,
        ONEEXT_MIGRATE_PEER: '198.18.0.170',
        ONEEXT_MIGRATE_STALL: String(stall),
        ONEEXT_MIGRATE_DOMAIN: 'one-42',
        ONEEXT_MIGRATE_VM: '42',
        ONEEXT_MIGRATE_GUARD: String(guard.pid),
      },
    },
  );
  const output = collectOutput(child);
  const [status] = (await once(child, 'close')) as [number | null];
  assert.equal(output.stderr, '');
  return {
    questions: readFileSync(path.join(folder, 'questions'), 'utf8').split('\n').length - 1,
    status,
    removed: flags.filter((flag) => flag !== 'no-reset' && !existsSync(path.join(folder, flag))),
  };
};

describe('C13-the watchdog counts seconds', { concurrency: 3 }, () => {
  // Each question takes two seconds and a round another one. Load makes rounds longer, and questions fewer.
  it('C13-the transfer stands still, and libvirt is slow: there are fewer questions than seconds', async (t) => {
    const slow = "sleep 2; echo 'Data processed: 1.000 MiB'";
    const { questions, status, removed } = await watchMigration(t, 7, slow);
    assert.ok(questions < 7, `${questions} questions in 7 s`);
    assert.deepEqual([status, removed], [3, ['progress', 'beginning', 'open']]);
  });

  it('C13-the transfer has not begun: it has four times as long, and no longer', async (t) => {
    const { questions, status, removed } = await watchMigration(
      t,
      2,
      "sleep 2; echo 'Data processed: 0.000 B'",
    );
    assert.ok(questions < 8, `${questions} questions in 8 s`);
    assert.deepEqual([status, removed], [3, ['progress', 'open']]);
  });

  it('C13-libvirt does not answer at all: its silence is no progress', async (t) => {
    const { questions, status, removed } = await watchMigration(t, 2, 'exec sleep 1000');
    assert.ok(questions < 4, `${questions} questions in 8 s, of which each is given 5 s`);
    assert.deepEqual([status, removed], [3, ['progress', 'open']]);
  });
});
