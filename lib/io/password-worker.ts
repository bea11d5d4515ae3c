/**
 * Compares passwords with bcrypt hashes in a thread of its own, one at a time: bcrypt is slow on purpose, and would
 * stop everything else.
 *
 * The thread runs password-thread.ts.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** What the thread is sent; it answers whether they belong together. */
export interface Question {
  readonly password: string;
  readonly hash: string;
}

/** Fails when the thread has ended. */
export type ComparePassword = (password: string, hash: string) => Promise<boolean>;

/** The thread is started for the first password, and again after it has ended; it keeps no program alive. */
export const createPasswordWorker = (threadFile: string): ComparePassword => {
  let worker: Worker | undefined;

  const start = (): Worker => {
    const started = new Worker(threadFile, {
      argv: [],
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 },
    });
    const forget = (): void => {
      if (worker === started) worker = undefined;
    };
    started.on('error', forget).on('exit', forget).unref();
    return started;
  };

  return async (password, hash) => {
    worker ??= start();
    const ended = new AbortController();
    const { signal } = ended;
    const exit = once(worker, 'exit', { signal }).then(() => {
      throw new Error('the thread that compares passwords has ended');
    });
    const answer = once(worker, 'message', { signal });
    worker.postMessage({ password, hash } satisfies Question);
    try {
      const [matches] = await Promise.race([answer, exit]);
      return matches === true;
    } finally {
      ended.abort();
      answer.catch(() => undefined);
      exit.catch(() => undefined);
    }
  };
};
