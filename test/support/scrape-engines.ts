/** Real VictoriaMetrics, vmagent and vmalert on loopback, which end with the test. */
import { spawn } from 'node:child_process';
import type { TestContext } from 'node:test';
import { closedPort } from './raw-server.ts';

export interface Engine {
  readonly url: string;
  readonly pid: number;
  /** What it has said of itself. */
  readonly log: () => string;
  /** Ends it, in order or at once. */
  readonly end: (signal?: NodeJS.Signals) => Promise<void>;
}

/** Starts a program of VictoriaMetrics; resolves when it answers. */
export const startEngine = async (
  t: TestContext,
  program: 'victoria-metrics' | 'vmagent' | 'vmalert',
  flags: readonly string[],
  port?: number,
): Promise<Engine> => {
  const chosen = port ?? (await closedPort());
  const url = `http://127.0.0.1:${chosen}`;
  const child = spawn(program, [`-httpListenAddr=127.0.0.1:${chosen}`, ...flags], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (piece) => {
    log += piece;
  });
  let isOver = false;
  const ended = new Promise<void>((resolve) =>
    child.once('close', () => {
      isOver = true;
      resolve();
    }),
  );
  const end = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  t.after(() => end('SIGKILL'));
  for (;;) {
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok === true) return { url, pid: child.pid ?? 0, log: () => log, end };
    if (isOver) throw new Error(`${program} ended: ${log}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
