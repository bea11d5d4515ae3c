/** Accounts whose process is killed again and again, whatever it is doing. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as passes } from 'node:timers/promises';
import { readLedger } from '../../../../collectors/accounts/io/read-ledger.ts';
import { parseAccounts } from '../../../../collectors/accounts/parse-accounts.ts';
import { repositoryPath } from '../../../support/expected.ts';
import { joulesInLedger } from '../../../support/ledger-sums.ts';
import { minute, noon } from '../../../support/made-accounts.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const kills = 30;
const writer = repositoryPath('build/test/support/energy-writer.js');

/** Lets it write so many times and kills it a moment later; what it has shown last. */
const runAndKill = async (folder: string, writes: number, momentMs: number): Promise<number> => {
  const child = spawn(process.execPath, [writer, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  let shown = '';
  await new Promise<void>((resolve, reject) => {
    child.once('close', (code) => reject(new Error(`the writer ended: ${code}`)));
    child.stdout.on('data', (piece) => {
      shown += piece;
      if (shown.split('\n').length > writes) resolve();
    });
  });
  await passes(momentMs);
  child.kill('SIGKILL');
  await ended;
  return Number(shown.split('\n').at(-2));
};

test('a process that is killed thirty times: nothing is counted twice, and nothing that was shown is lost', async (t) => {
  const folder = path.join(temporaryFolder(t), 'energy');
  let before = noon;
  for (let kill = 0; kill < kills; kill += 1) {
    const shown = await runAndKill(folder, 1 + ((kill * 7) % 11), (kill * 13) % 23);
    const accounts = parseAccounts(readFileSync(path.join(folder, 'accounts.tsv')));
    assert.ok(typeof accounts !== 'string' && accounts.at !== undefined && accounts.at >= before);
    before = accounts.at;
    // The agent counts 40 W: each step is there once, up to the last one that was written.
    const joules = await joulesInLedger(folder, 7);
    assert.equal(joules, ((accounts.at - noon) / 1000) * 40);
    assert.ok(joules * 1000 >= shown, `${joules} J after ${shown} mJ`);
  }
  const hours: number[] = [];
  await readLedger(
    folder,
    { from: 0, to: Date.UTC(2100, 0) },
    { onHour: ({ hour }) => void hours.push(hour), onDamage: (file) => assert.fail(file) },
  );
  assert.ok(hours.length > 24, `${hours.length} hours`);
  assert.deepEqual(
    hours.map((hour) => (hour - noon) / (60 * minute)),
    hours.map((_, index) => index),
  );
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith('.unreadable')),
    [],
  );
});
