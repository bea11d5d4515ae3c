/**
 * Waits for a program's end, and no longer than it is told to. A program may be gone while others hold its pipes
 * (a multiplexing ssh, a proxy command), or be where no signal reaches it: neither keeps us.
 */
import type { ChildProcess } from 'node:child_process';

export interface ChildEnd {
  /** 127 where it could not be started, 255 where a signal ended it; `undefined` where nobody waited so long. */
  readonly status: number | undefined;
}

/** What a program has written is read within that long after its end. */
const drainMs = 2000;

/** With all that it has started, where it was started `detached`. */
const kill = (child: ChildProcess): void => {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL'); // it leads no group
  }
};

const letGo = (child: ChildProcess): void => {
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
  child.unref();
};

/** @param giveUp when it is aborted, the program is killed, and not waited for */
export const endOf = (child: ChildProcess, giveUp: AbortSignal): Promise<ChildEnd> =>
  new Promise((resolve) => {
    let drain: NodeJS.Timeout | undefined;
    const settle = (status: number | undefined): void => {
      clearTimeout(drain);
      giveUp.removeEventListener('abort', leave);
      letGo(child);
      resolve({ status });
    };
    const leave = (): void => {
      kill(child);
      settle(undefined);
    };
    const statusOf = (code: number | null): number => code ?? 255;
    child.once('error', () => settle(127));
    child.once('close', (code) => settle(statusOf(code)));
    child.once('exit', (code) => {
      drain = setTimeout(() => settle(statusOf(code)), drainMs);
    });
    if (giveUp.aborted) leave();
    else giveUp.addEventListener('abort', leave, { once: true });
  });
