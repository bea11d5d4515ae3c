/**
 * Commands on hosts, with OpenSSH as OpenNebula has configured it (known hosts, keys, jump hosts), over one
 * connection a host. The connections are this process's own and end with it, also when it is killed: each master
 * runs a `cat` that ends with its stdin.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sshArgv } from '../../lib/io/ssh.ts';
import { type Argv, formatRemoteCommand } from '../../lib/remote-command.ts';
import { migrationError } from '../errors.ts';

export interface CommandEnd {
  /** Of the command; 255 where the connection failed, 124 where the time was over. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LifelineOptions {
  readonly input: Buffer;
  /** When it is aborted, stdin ends: the script on the host then stops what it does. */
  readonly signal: AbortSignal;
  /** How long the command may go on after that. */
  readonly graceMs: number;
}

export interface Hosts {
  /** Fails with HOST_UNREACHABLE. */
  connect(host: string, options?: { readonly forwardAgent?: boolean }): Promise<void>;
  run(host: string, argv: Argv): Promise<CommandEnd>;
  /** Without a limit in time; stdin stays open, and all output goes to this process's stderr. */
  runOnLifeline(host: string, argv: Argv, options: LifelineOptions): Promise<number>;
  close(): Promise<void>;
}

export interface HostsOptions {
  readonly connectTimeoutMs: number;
  readonly commandTimeoutMs: number;
}

const timedOut = 124;
const mostOutput = 8 * 1024 * 1024;
const ready = 'oneext-is-connected';
/** A host that is down is noticed after 3 times 5 s. */
const keepAlive = { seconds: 5, count: 3 };

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.trim() ?? '';

/** In a session of its own: what ends this process's group must not end what cleans up. */
const startSsh = (argv: readonly string[]) => {
  const child = spawn('ssh', argv, { detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (piece: Buffer) => {
      if (output[name].length < mostOutput) output[name] += piece.toString();
    });
  }
  child.stdin.on('error', () => undefined); // a host that goes away
  return { child, output };
};

const endOf = (child: ChildProcess): Promise<number> =>
  new Promise((resolve) => {
    child.once('error', () => resolve(127));
    child.once('close', (code) => resolve(code ?? 255));
  });

const startMaster = (argv: readonly string[], host: string, timeoutMs: number): Promise<ChildProcess> =>
  new Promise((resolve, reject) => {
    const { child, output } = startSsh(argv);
    const fail = (detail: string): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(migrationError('HOST_UNREACHABLE', { host, detail }));
    };
    const timer = setTimeout(fail, timeoutMs, `no connection within tunnel.ssh-timeout=${timeoutMs} ms`);
    child.once('error', (error) => fail(error.message));
    child.once('close', (code) => fail(lastLine(output.stderr) || `ssh ended with ${code}`));
    child.stdout.on('data', () => {
      if (!output.stdout.includes(ready)) return;
      clearTimeout(timer);
      child.removeAllListeners('close');
      resolve(child);
    });
  });

export const createHosts = async ({ connectTimeoutMs, commandTimeoutMs }: HostsOptions): Promise<Hosts> => {
  // Short: the path of a socket has 108 characters at most.
  const folder = await mkdtemp(path.join(tmpdir(), 'oneext-ssh-'));
  const masters = new Map<string, { readonly socket: string; readonly child: ChildProcess }>();
  let sockets = 0;

  const sessionArgv = (host: string, argv: Argv): readonly string[] => {
    const socket = masters.get(host)?.socket ?? 'none';
    const options = ['ControlMaster=no', `ControlPath=${socket}`];
    return sshArgv({ host, command: formatRemoteCommand(argv), connectTimeoutMs, keepAlive, options });
  };

  return {
    async connect(host, { forwardAgent = false } = {}) {
      if (masters.has(host)) return;
      sockets += 1;
      const socket = path.join(folder, String(sockets));
      const agent = forwardAgent ? ['ForwardAgent=yes'] : [];
      const options = [...agent, 'ControlMaster=yes', `ControlPath=${socket}`, 'ControlPersist=no'];
      const command = `echo ${ready}; exec cat > /dev/null`;
      const argv = sshArgv({ host, command, connectTimeoutMs, keepAlive, options });
      masters.set(host, { socket, child: await startMaster(argv, host, connectTimeoutMs) });
    },

    async run(host, argv) {
      const { child, output } = startSsh(sessionArgv(host, argv));
      child.stdin.end();
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        child.kill('SIGKILL');
      }, commandTimeoutMs);
      const status = await endOf(child);
      clearTimeout(timer);
      if (!isLate) return { status, ...output };
      const stderr = `no end within tunnel.step-timeout=${commandTimeoutMs} ms`;
      return { status: timedOut, stdout: output.stdout, stderr };
    },

    async runOnLifeline(host, argv, { input, signal, graceMs }) {
      const child = spawn('ssh', sessionArgv(host, argv), { detached: true, stdio: ['pipe', 2, 2] });
      child.stdin?.on('error', () => undefined);
      child.stdin?.write(input);
      let timer: NodeJS.Timeout | undefined;
      const stop = (): void => {
        child.stdin?.end();
        timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      };
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
      const status = await endOf(child);
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      return status;
    },

    async close() {
      const ends = [...masters.values()].map(({ child }) => {
        if (child.exitCode !== null || child.signalCode !== null) return undefined;
        const end = endOf(child);
        child.stdin?.end();
        const timer = setTimeout(() => child.kill('SIGKILL'), 1000);
        return end.then(() => clearTimeout(timer));
      });
      await Promise.all(ends);
      await rm(folder, { recursive: true, force: true });
    },
  };
};
