/** Runs dist/auth/biscuit/authenticate as oned does: no argv, the request on stdin. */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { repositoryPath } from './expected.ts';
import { copyProgram } from './program.ts';

export interface DriverAnswer {
  readonly exit: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface DriverRun {
  readonly input: string | Uint8Array;
  readonly argv?: readonly [string, ...string[]];
  readonly environment?: Readonly<Record<string, string>>;
}

export const driver = repositoryPath('dist/auth/biscuit/authenticate');

export const runDriver = ({ input, argv = [driver], environment = {} }: DriverRun): Promise<DriverAnswer> =>
  new Promise((resolve, reject) => {
    const [file, ...rest] = argv;
    const child = spawn(file, rest, { env: { PATH: '/usr/bin:/bin', ...environment }, timeout: 90_000 });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (piece: Buffer) => {
        output[name] += String(piece);
      });
    }
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ exit: code ?? signal, ...output }));
    child.stdin.on('error', () => undefined); // a driver that does not read all of a huge request
    child.stdin.end(input);
  });

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A request as oned writes it. */
export const formatRequest = (user: string, password: string, token: string): string =>
  `<AUTHN>\n  <USERNAME>${escapeXml(user)}</USERNAME>\n  <PASSWORD>${escapeXml(password)}</PASSWORD>\n  <SECRET>${escapeXml(token)}</SECRET>\n</AUTHN>`;

export interface Installation {
  readonly folder: string;
  /** Its driver, complete. */
  readonly driver: string;
  readonly environment: Readonly<Record<string, string>>;
  remove(): void;
}

/** A self-contained OpenNebula with this biscuit.yaml; `INSTALLATION` in it is the folder. */
export const createInstallation = (biscuitYaml?: string): Installation => {
  const folder = mkdtempSync(path.join(tmpdir(), 'auth-biscuit-test-'));
  const [auth, etc] = [path.join(folder, 'remotes/auth/biscuit'), path.join(folder, 'etc/auth')];
  for (const one of [auth, etc]) mkdirSync(one, { recursive: true });
  for (const file of ['biscuit.wasm', 'package.json', 'yaml.js'])
    copyFileSync(path.join(path.dirname(driver), file), path.join(auth, file));
  copyProgram('dist/auth/biscuit/authenticate', path.join(auth, 'authenticate'), repositoryPath('dist'));
  if (biscuitYaml !== undefined)
    writeFileSync(path.join(etc, 'biscuit.yaml'), biscuitYaml.replaceAll('INSTALLATION', folder));
  return {
    folder,
    driver: path.join(auth, 'authenticate'),
    environment: { ONE_LOCATION: folder },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};
