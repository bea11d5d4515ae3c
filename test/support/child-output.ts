/** What a child process writes: the texts grow until it has ended. */
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export const collectOutput = (
  child: ChildProcessByStdio<Writable | null, Readable, Readable>,
): { stdout: string; stderr: string } => {
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (piece) => {
      output[name] += piece;
    });
  }
  return output;
};
