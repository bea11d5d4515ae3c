/** Runs a program from an argv array, never through a shell, with a limit in time and in output. */
import { execFile } from 'node:child_process';
import { OneExtError, reasonOf } from '../errors/oneext-error.ts';

const mostOutputBytes = 16 * 1024 * 1024;

/** The program's stdout; fails with COMMAND_FAILED. An aborted signal ends the program. */
export const runCommand = (
  argv: readonly [string, ...string[]],
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const [program, ...rest] = argv;
    const options = {
      timeout: timeoutMs,
      maxBuffer: mostOutputBytes,
      ...(signal === undefined ? {} : { signal }),
    };
    execFile(program, rest, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else {
        const why = error.killed ? `no end within timeoutMs=${timeoutMs}` : reasonOf(error);
        const detail = stderr.trim() === '' ? why : stderr.trim();
        reject(new OneExtError('COMMAND_FAILED', { command: argv.join(' '), detail }, error));
      }
    });
  });
