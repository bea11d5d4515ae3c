/**
 * Commands on hosts, with OpenSSH as OpenNebula has configured it (known hosts, keys, jump hosts), over one
 * connection a host. The connections are this process's own and end with it, also when it is killed: each master
 * runs a `cat` that ends with its stdin.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { endOf } from '../../lib/io/child-end.ts';
import { sshArgv } from '../../lib/io/ssh.ts';
import { type Argv, formatRemoteCommand } from '../../lib/remote-command.ts';
import { migrationError } from '../errors.ts';

export interface CommandEnd {
  /** Of the command; 255 where the connection failed, 124 where the time was over. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Ended by a signal, by the connection or by the clock: whether the command did anything is not known. */
export const isUncertain = (status: number): boolean => status >= 124;

export interface LifelineOptions {
  readonly input: Buffer;
  /** When it is aborted, stdin ends: the script on the host then stops what it does. */
  readonly signal: AbortSignal;
  /** How long the command may go on after that. */
  readonly graceMs: number;
  /** Whether the script has begun, and whether it has said its last, judged by its stdout. */
  readonly hasBegun: (stdout: string) => boolean;
  readonly isOver: (stdout: string) => boolean;
  readonly onStderr: (piece: Buffer) => void;
}

export interface Hosts {
  /** Fails with HOST_UNREACHABLE. */
  connect(host: string, options?: { readonly forwardAgent?: boolean }): Promise<void>;
  /** Gives the connection up; the next command opens another one. */
  disconnect(host: string): void;
  run(host: string, argv: Argv): Promise<CommandEnd>;
  /** Its stdout. stdin stays open; without a limit in time once the script has begun. */
  runOnLifeline(host: string, argv: Argv, options: LifelineOptions): Promise<string>;
  close(): Promise<void>;
}

export interface HostsOptions {
  readonly connectTimeoutMs: number;
  readonly commandTimeoutMs: number;
}

interface Master {
  readonly socket: string;
  readonly child: ChildProcessWithoutNullStreams;
}

/** What timeout(1) ends with, and `run`. */
export const timeoutStatus = 124;
const mostOutput = 8 * 1024 * 1024;
const ready = 'oneext-is-connected';
/** A host that is down is noticed after 3 times 5 s. */
const keepAlive = { seconds: 5, count: 3 };
/** For a script that has said its last, or a master whose stdin has ended. */
const lastMs = 1000;

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.trim() ?? '';

/** In a session of its own: what ends this process's group must not end what cleans up. */
const startSsh = (argv: readonly string[]) => {
  const child = spawn('ssh', argv, { detached: true });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (piece: Buffer) => {
      if (output[name].length < mostOutput) output[name] += piece.toString();
    });
  }
  child.stdin.on('error', () => undefined); // a host that goes away
  return { child, output };
};

const isAlive = ({ child }: Master): boolean => child.exitCode === null && child.signalCode === null;

const startMaster = async (
  argv: readonly string[],
  host: string,
  timeoutMs: number,
): Promise<Master['child']> => {
  const { child, output } = startSsh(argv);
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), timeoutMs);
  const isReady = new Promise<true>((resolve) => {
    child.stdout.on('data', () => {
      if (output.stdout.includes(ready)) resolve(true);
    });
  });
  const end = endOf(child, limit.signal);
  const first = await Promise.race([isReady, end]);
  clearTimeout(timer);
  if (first === true) return child;
  const late = `no connection within tunnel.ssh-timeout=${timeoutMs} ms`;
  const detail =
    first.status === undefined ? late : lastLine(output.stderr) || `ssh ended with ${first.status}`;
  throw migrationError('HOST_UNREACHABLE', { host, detail });
};

export const createHosts = async ({ connectTimeoutMs, commandTimeoutMs }: HostsOptions): Promise<Hosts> => {
  // Short: the path of a socket has 108 characters at most.
  const folder = await mkdtemp(path.join(tmpdir(), 'oneext-ssh-'));
  const masters = new Map<string, Promise<Master>>();
  const forwarding = new Set<string>();
  const left: Master[] = [];
  let sockets = 0;

  const openMaster = async (host: string): Promise<Master> => {
    sockets += 1;
    const socket = path.join(folder, String(sockets));
    const agent = forwarding.has(host) ? ['ForwardAgent=yes'] : [];
    const options = [...agent, 'ControlMaster=yes', `ControlPath=${socket}`, 'ControlPersist=no'];
    const command = `echo ${ready}; exec cat > /dev/null`;
    const argv = sshArgv({ host, command, connectTimeoutMs, keepAlive, options });
    const child = await startMaster(argv, host, connectTimeoutMs);
    left.push({ socket, child });
    return { socket, child };
  };

  /** The open connection, or a new one; those who ask at the same time share it. */
  const masterOf = async (host: string): Promise<Master> => {
    const known = masters.get(host);
    const master = await known?.catch(() => undefined);
    if (master !== undefined && isAlive(master)) return master;
    const current = masters.get(host);
    if (current !== undefined && current !== known) return current;
    const opening = openMaster(host);
    masters.set(host, opening);
    return opening;
  };

  const startSession = async (host: string, argv: Argv) => {
    const { socket } = await masterOf(host);
    const options = ['ControlMaster=no', `ControlPath=${socket}`];
    return startSsh(
      sshArgv({ host, command: formatRemoteCommand(argv), connectTimeoutMs, keepAlive, options }),
    );
  };

  return {
    async connect(host, { forwardAgent = false } = {}) {
      if (forwardAgent) forwarding.add(host);
      await masterOf(host);
    },

    disconnect(host) {
      void masters.get(host)?.then(
        ({ child }) => child.kill('SIGKILL'),
        () => undefined,
      );
      masters.delete(host);
    },

    async run(host, argv) {
      let session: Awaited<ReturnType<typeof startSession>>;
      try {
        session = await startSession(host, argv);
      } catch (thrown) {
        return { status: 255, stdout: '', stderr: reasonOf(thrown) };
      }
      const { child, output } = session;
      child.stdin.end();
      const { status } = await endOf(child, AbortSignal.timeout(commandTimeoutMs));
      if (status !== undefined) return { status, ...output };
      const stderr = `no end within tunnel.step-timeout=${commandTimeoutMs} ms`;
      return { status: timeoutStatus, stdout: output.stdout, stderr };
    },

    async runOnLifeline(host, argv, { input, signal, graceMs, hasBegun, isOver, onStderr }) {
      const { child, output } = await startSession(host, argv);
      const limit = new AbortController();
      const timers = new Set<NodeJS.Timeout>();
      const giveUpIn = (ms: number): void => void timers.add(setTimeout(() => limit.abort(), ms));
      timers.add(
        setTimeout(() => {
          if (!hasBegun(output.stdout)) limit.abort();
        }, commandTimeoutMs),
      );
      const stop = (): void => {
        child.stdin.end();
        giveUpIn(graceMs);
      };
      child.stderr.on('data', onStderr);
      child.stdout.on('data', () => {
        if (isOver(output.stdout)) giveUpIn(lastMs);
      });
      child.stdin.write(input);
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
      await endOf(child, limit.signal);
      for (const timer of timers) clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      return output.stdout;
    },

    async close() {
      const alive = left.filter(isAlive);
      for (const { child } of alive) child.stdin.end();
      await Promise.all(alive.map(({ child }) => endOf(child, AbortSignal.timeout(lastMs))));
      await rm(folder, { recursive: true, force: true });
    },
  };
};
