/** Runs one of the programs in dist/ to its end, as its caller would; writes one elsewhere. */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { relocateProgram } from '../../front-end-installer/wanted-files.ts';
import { placesOf } from '../../lib/one/places.ts';
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

/** Writes a program elsewhere as `oneext install` does, for the suite in that folder. */
export const copyProgram = (from: string, to: string, suite: string): void => {
  const program = relocateProgram(readFileSync(repositoryPath(from)), { ...placesOf({}), suite });
  writeFileSync(to, program, { mode: 0o755 });
};
