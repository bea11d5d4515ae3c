/** Runs dist/opennebula-exporter as an operator would, on a port that is free. */

import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { executables } from '../../scripts/executables.ts';
import { collectOutput } from './child-output.ts';
import { repositoryPath } from './expected.ts';
import { withFlags } from './flags.ts';

export interface ExporterProcess {
  readonly url: string;
  /** All log lines so far. */
  log(): string;
  readonly pid: number;
  signal(name: NodeJS.Signals): void;
  /** Ends it in order; its exit code. */
  end(): Promise<number | null>;
  /** Ends it as the kernel does where memory is short. */
  kill(): Promise<number | null>;
}

export interface ExporterOptions {
  readonly endpoint: string;
  readonly credentials?: string;
  readonly flags?: readonly string[];
  /** What `systemctl show` prints; without it there is no systemctl. */
  readonly systemctl?: string;
  /** As systemd makes it for StateDirectory=. */
  readonly stateFolder?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

const executable = repositoryPath('dist/opennebula-exporter');
/** As its own first lines start Node. */
const nodeOptions = executables.find(({ name }) => name === 'opennebula-exporter')?.nodeOptions ?? [];

/** Starts the executable with these arguments only; resolves when it has ended. */
export const runExporterToEnd = (
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [executable, ...argv], {
      env: { ...environment },
      timeout: 30_000,
    });
    const output = collectOutput(child);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...output }));
  });

const writeSystemctl = (folder: string, output: string): void => {
  const file = path.join(folder, 'systemctl');
  writeFileSync(file, `#!/bin/sh\ncat <<'END'\n${output}\nEND\n`);
  chmodSync(file, 0o755);
};

export const startExporter = async (options: ExporterOptions): Promise<ExporterProcess> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'exporter-test-'));
  const authFile = path.join(folder, 'one_auth');
  writeFileSync(authFile, `${options.credentials ?? 'oneadmin:labpass'}\n`, { mode: 0o600 });
  if (options.systemctl !== undefined) writeSystemctl(folder, options.systemctl);
  const flags = withFlags(
    ['--web.listen-address=127.0.0.1:0', '--config.file=/dev/null'],
    options.flags ?? [],
  );
  const child = spawn(process.execPath, [...nodeOptions, executable, ...flags], {
    env: {
      PATH: options.systemctl === undefined ? folder : `${folder}:/bin:/usr/bin`,
      ONE_AUTH: authFile,
      ONE_XMLRPC: options.endpoint,
      ...options.environment,
      ...(options.stateFolder === undefined ? {} : { STATE_DIRECTORY: options.stateFolder }),
    },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let log = '';
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      rmSync(folder, { recursive: true, force: true });
      resolve(code);
    });
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('close', () => reject(new Error(`the exporter ended: ${log}`)));
    child.stderr.on('data', (piece) => {
      log += piece;
      const address = /msg=listening url="?([^\s"]+)/.exec(log)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
  return {
    url,
    log: () => log,
    pid: child.pid ?? 0,
    signal: (name) => void child.kill(name),
    end: () => {
      child.kill('SIGTERM');
      return ended;
    },
    kill: () => {
      child.kill('SIGKILL');
      return ended;
    },
  };
};

/** The page of metrics, or another path. */
export const get = async (
  exporter: Pick<ExporterProcess, 'url'>,
  requestPath = '/metrics',
  headers: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const response = await fetch(`${exporter.url}${requestPath}`, { headers });
  return response.text();
};

/** The status of an answer, which is read to its end: what nobody reads would keep its connection. */
export const statusOf = async (url: string, init: RequestInit = {}): Promise<number> => {
  const response = await fetch(url, init);
  await response.arrayBuffer();
  return response.status;
};

/** The units' states as systemd prints them. */
export const systemctlOutput = (states: Readonly<Record<string, string>>): string =>
  Object.entries(states)
    .map(([unit, state]) => `Id=${unit}\nActiveState=${state}\n`)
    .join('\n');
