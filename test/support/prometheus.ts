/** A real Prometheus, and what its API says. */
import { execFileSync, spawn } from 'node:child_process';
import type { TestContext } from 'node:test';
import { closedPort } from './raw-server.ts';

export interface RunningPrometheus {
  /** The base of its API. */
  readonly base: string;
  readonly pid: number;
}

/** Starts it with a configuration that promtool takes; its data stand in the folder. */
export const startPrometheus = async (
  t: TestContext,
  configFile: string,
  folder: string,
): Promise<RunningPrometheus> => {
  const port = await closedPort();
  execFileSync('promtool', ['check', 'config', configFile]);
  const child = spawn(
    'prometheus',
    [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ['ignore', 'ignore', 'ignore'] },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  t.after(() => {
    child.kill('SIGTERM');
    return ended;
  });
  return { base: `http://127.0.0.1:${port}`, pid: child.pid ?? 0 };
};

/** Asks the API until the answer is as wanted; the test's time limit, or `limitMs`, ends it. */
export const askUntil = async <T>(
  base: string,
  path: string,
  find: (data: never) => T | undefined,
  limitMs = Number.POSITIVE_INFINITY,
): Promise<T> => {
  const startedAt = performance.now();
  for (;;) {
    const answer = await fetch(`${base}/api/v1/${path}`).catch(() => undefined);
    const body = answer?.ok === true ? ((await answer.json()) as { data: never }) : undefined;
    const found = body === undefined ? undefined : find(body.data);
    if (found !== undefined) return found;
    if (performance.now() - startedAt > limitMs) throw new Error(`${path}: not within ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
};

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** Asks until the query has results. */
export const queryUntilThere = (base: string, query: string): Promise<readonly Sample[]> =>
  askUntil(base, `query?query=${encodeURIComponent(query)}`, ({ result }: { result: readonly Sample[] }) =>
    result.length > 0 ? result : undefined,
  );
