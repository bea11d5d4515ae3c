/** Runs one of the programs in dist/ to its end, as its caller would. */
import { spawn } from 'node:child_process';
import { collectOutput } from './child-output.ts';
import { repositoryPath } from './expected.ts';

export interface ProgramRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly argv?: readonly string[];
  readonly stdin?: string | Buffer;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Another user, for root. */
  readonly uid?: number;
}

export const runProgram = (
  file: string,
  { argv = [], stdin = '', env, uid }: ProgramOptions,
): Promise<ProgramRun> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [repositoryPath(file), ...argv], {
      env: { ...env },
      timeout: 60_000,
      ...(uid === undefined ? {} : { uid }),
    });
    const output = collectOutput(child);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...output }));
    child.stdin.on('error', () => undefined); // a program that does not read its stdin is part of the tests
    child.stdin.end(stdin);
  });
