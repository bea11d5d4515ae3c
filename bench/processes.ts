/** Starts the programs that are measured, and ends each of them whatever happens. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

export interface Daemon {
  readonly pid: number;
  /** The output that said it was ready. */
  readonly firstOutput: string;
  /** Resolves when it has ended. */
  readonly end: (signal: NodeJS.Signals) => Promise<void>;
}

export interface Processes {
  /** Resolves when the output holds `ready`. */
  startDaemon(
    argv: readonly string[],
    ready: string,
    environment?: Readonly<Record<string, string>>,
  ): Promise<Daemon>;
  /** Resolves with stdout when it has ended well; stdin is that file, or nothing. */
  runToEnd(
    argv: readonly string[],
    stdinFile?: string,
    environment?: Readonly<Record<string, string>>,
  ): Promise<string>;
  /** Resolves when it prints `ready`; its stdin is open for as long as this program runs. */
  startCrowd(argv: readonly string[]): Promise<void>;
  /** Kills all that run; safe to call at any time. */
  killAll(): void;
}

const readyTimeoutMs = 60_000;

/** What slows Node's start or changes what is measured is not passed on. */
const cleanEnvironment = (): Record<string, string | undefined> => {
  const { NODE_EXTRA_CA_CERTS: _certificates, NODE_OPTIONS: _options, ...rest } = process.env;
  return rest;
};

const untilReady = (child: ChildProcess, name: string, ready: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => reject(new Error(`${name} is not ready: ${output}`)), readyTimeoutMs);
    const onData = (chunk: Buffer): void => {
      output = (output + String(chunk)).slice(-4096);
      if (!output.includes(ready)) return;
      clearTimeout(timer);
      resolve(output);
    };
    child.stdout?.on('data', onData);
    child.stderr?.on('data', onData);
    child.once('error', reject);
    child.once('exit', (status) => {
      clearTimeout(timer);
      reject(new Error(`${name} ended with ${status}: ${output}`));
    });
  });

export const createProcesses = (): Processes => {
  const running = new Set<ChildProcess>();

  const start = (
    [file = '', ...rest]: readonly string[],
    environment = {},
    stdinFile = '/dev/null',
  ): ChildProcess => {
    const stdin = openSync(stdinFile, 'r');
    const child = spawn(file, rest, {
      stdio: [stdin, 'pipe', 'pipe'],
      env: { ...cleanEnvironment(), ...environment },
    });
    closeSync(stdin);
    running.add(child);
    child.once('close', () => running.delete(child));
    return child;
  };

  return {
    async startDaemon(argv, ready, environment) {
      const child = start(argv, environment);
      const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
      const firstOutput = await untilReady(child, argv.join(' '), ready);
      const end = (signal: NodeJS.Signals): Promise<void> => {
        child.kill(signal);
        return ended;
      };
      return { pid: child.pid ?? 0, firstOutput, end };
    },
    async startCrowd(argv) {
      const [file = '', ...rest] = argv;
      const child = spawn(file, rest, { stdio: ['pipe', 'pipe', 'pipe'], env: cleanEnvironment() });
      running.add(child);
      child.once('close', () => running.delete(child));
      await untilReady(child, file, 'ready');
    },
    runToEnd: (argv, stdinFile, environment) =>
      new Promise((resolve, reject) => {
        const child = start(argv, environment, stdinFile);
        const output: Buffer[] = [];
        let errors = '';
        child.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
        child.stderr?.on('data', (chunk: Buffer) => {
          errors += String(chunk);
        });
        child.once('error', reject);
        child.once('close', (status) => {
          if (status === 0) resolve(Buffer.concat(output).toString());
          else reject(new Error(`${argv.join(' ')} ended with ${status}: ${errors.slice(0, 500)}`));
        });
      }),
    killAll() {
      for (const child of running) {
        child.stdin?.destroy();
        child.kill('SIGKILL');
      }
    },
  };
};
