/** Runs a program from an argv array, never through a shell, with a limit in time and in output. */
import { execFile } from 'node:child_process';
import { commonError } from '../errors/common-errors.ts';
import { reasonOf } from '../errors/oneext-error.ts';

const mostOutputBytes = 16 * 1024 * 1024;

export interface CommandOptions {
  /** Ends the program when it is aborted. */
  readonly signal?: AbortSignal;
  /** As whom it runs, for root. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** The whole environment; by default this process's own. */
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
      ...given,
      ...user,
    };
    execFile(program, rest, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else {
        const why = error.killed ? `no end within timeoutMs=${timeoutMs}` : reasonOf(error);
        const detail = stderr.trim() === '' ? why : stderr.trim();
        reject(commonError('COMMAND_FAILED', { command: argv.join(' '), detail }, error));
      }
    });
  });
