/**
 * Keeps the counters in a folder below /run: what is shown has been written before, so that no counter is seen lower
 * after the agent was killed.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { readIfThere } from '../../lib/io/read-if-there.ts';
import { removeTemporaries, writeAtomic } from '../../lib/io/write-atomic.ts';
import type { Log } from '../../lib/log/log.ts';
import { type Accounts, noAccounts } from '../accounts.ts';
import { agentError } from '../errors.ts';
import { formatAccounts, parseAccounts } from '../kept-accounts.ts';

export interface KeptAccounts {
  readonly initial: Accounts;
  /** Resolves when these accounts, or later ones, are written. */
  readonly write: (accounts: Accounts) => Promise<void>;
}

const readAccounts = async (file: string, bootId: string, log: Log): Promise<Accounts> => {
  const bytes = await readIfThere(file);
  if (bytes === undefined) return noAccounts;
  const accounts = parseAccounts(bytes.toString(), bootId);
  if (typeof accounts !== 'string') return accounts;
  if (accounts === 'unreadable') log.warn('the kept counters cannot be understood and begin anew', { file });
  else log.info('the host was started anew, and the counters begin anew', { file });
  return noAccounts;
};

/** Fails with AGENT_STATE. */
export const keepAccounts = async (folder: string, bootId: string, log: Log): Promise<KeptAccounts> => {
  const file = path.join(folder, 'counters.json');
  const fail = (thrown: unknown): never => {
    throw agentError('AGENT_STATE', { path: file, detail: reasonOf(thrown) }, thrown);
  };
  await mkdir(folder, { recursive: true, mode: 0o755 }).catch(fail);
  await removeTemporaries(file);
  const initial = await readAccounts(file, bootId, log).catch(fail);
  let written: Accounts | undefined;
  let writing = Promise.resolve();
  return {
    initial,
    write(accounts) {
      const next = writing.then(async () => {
        if (written === accounts) return;
        await writeAtomic(file, formatAccounts(accounts, bootId), 0o600).catch(fail);
        written = accounts;
      });
      writing = next.catch(() => undefined);
      return next;
    },
  };
};
