/** Runs a program from an argv array, never through a shell, with a limit in time and in output. */
import { execFile } from 'node:child_process';
import { commonError } from '../errors/common-errors.ts';
import { reasonOf } from '../errors/oneext-error.ts';

/** How long a program may take to end after it was asked to. */
const graceMs = 1000;
const mostOutputBytes = 16 * 1024 * 1024;

export interface CommandOptions {
  /** Ends the program when it is aborted. */
  readonly signal?: AbortSignal;
  /** As whom it runs, for root. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** The whole environment; by default this process's own, in the language that programs read. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** The program's stdout; fails with COMMAND_FAILED. */
export const runCommand = (
  argv: readonly [string, ...string[]],
  timeoutMs: number,
  { user, ...given }: CommandOptions = {},
): Promise<string> =>
  new Promise((resolve, reject) => {
    const [program, ...rest] = argv;
    const options = {
      timeout: timeoutMs,
      maxBuffer: mostOutputBytes,
      env: { ...process.env, LC_ALL: 'C' },
      ...given,
      ...user,
    };
    const late = `no end within timeoutMs=${timeoutMs}`;
    const fail = (detail: string, cause?: unknown): void =>
      reject(commonError('COMMAND_FAILED', { command: argv.join(' '), detail }, cause));
    const child = execFile(program, rest, options, (error, stdout, stderr) => {
      clearTimeout(timer);
      if (error === null) resolve(stdout);
      else fail(stderr.trim() || (error.killed ? late : reasonOf(error)), error);
    });
    child.stdin?.end();
    // execFile asks it to end, and then waits for its end: some programs take no notice, and some cannot.
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      child.unref();
      fail(late);
    }, timeoutMs + graceMs);
  });
