/** Runs a program from an argv array, never through a shell, with a limit in time and in output. */
import { execFile } from 'node:child_process';
import { OneExtError, reasonOf } from '../errors/oneext-error.ts';

/** The program's stdout; fails with COMMAND_FAILED. */
export const runCommand = (argv: readonly [string, ...string[]], timeoutMs: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const [program, ...rest] = argv;
    execFile(program, rest, { timeout: timeoutMs, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else {
        const why = error.killed ? `no end within timeoutMs=${timeoutMs}` : reasonOf(error);
        const detail = stderr.trim() === '' ? why : stderr.trim();
        reject(new OneExtError('COMMAND_FAILED', { command: argv.join(' '), detail }, error));
      }
    });
  });
