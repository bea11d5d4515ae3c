/**
 * One hypervisor, over one connection of OpenSSH as it is configured for whoever runs oneext (keys, known hosts, jump
 * hosts). stdin carries the archive and then stays open; when it ends, host.sh is interrupted and undoes.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { endOf } from '../../lib/io/child-end.ts';
import { sshArgv } from '../../lib/io/ssh.ts';
import { formatDuration } from '../../lib/units/duration.ts';
import { answerWish, type Brought } from '../brought.ts';
import type { HostTarget } from '../choose-hosts.ts';
import { emptyReport, type HostReport, type OutputLine, readLine } from '../host-report.ts';
import type { ConnectionEnd } from '../outcome.ts';
import { createOutputLines } from '../output-lines.ts';

export interface HostConnection {
  readonly user: string;
  readonly connectTimeoutMs: number;
  readonly timeoutMs: number;
  readonly archive: Buffer;
  readonly brought?: Brought | undefined;
  /** When it is aborted, host.sh is interrupted. */
  readonly stop: AbortSignal;
  /** When it is aborted, hosts are left to themselves. */
  readonly abandon: AbortSignal;
}

export interface HostRun {
  readonly report: HostReport;
  readonly end: ConnectionEnd;
}

/** After the connection: to log in, and to send what is less than 100 kB. */
const beginMs = 30_000;
/** How long host.sh may undo after it was interrupted. */
const undoMs = 120_000;
/** A host that goes away is noticed after 4 times 15 s. */
const keepAlive = { seconds: 15, count: 4 };
/** The connection is its own: no master that was there before, and none that stays. */
const options = ['ControlMaster=no', 'ControlPath=none', 'ForwardAgent=no'];

const formatSshArgv = (
  { name }: HostTarget,
  command: string,
  { user, connectTimeoutMs }: HostConnection,
): readonly string[] =>
  sshArgv({ host: name, command, connectTimeoutMs, keepAlive, options: [...options, `User=${user}`] });

interface EarlyEnd {
  /** Aborted when the connection is to be given up. */
  readonly giveUp: AbortSignal;
  /** From here on nothing ends it; what has. */
  close(): Omit<ConnectionEnd, 'status'>;
}

/** Ends what runs over the connection when the operator stops it, or its time is over. */
const watchForEarlyEnd = (
  child: ChildProcessWithoutNullStreams,
  { timeoutMs, connectTimeoutMs, stop, abandon }: HostConnection,
  hasBegun: () => boolean,
): EarlyEnd => {
  let end: Omit<ConnectionEnd, 'status'> = { cause: 'itself' };
  const timers: NodeJS.Timeout[] = [];
  const leaving = new AbortController();
  const leave = (): void => leaving.abort();
  const interrupt = (cause: Omit<ConnectionEnd, 'status'>): void => {
    if (end.cause !== 'itself') return;
    end = cause;
    child.stdin.end();
    // Without a word from the host there is nothing to undo.
    if (hasBegun()) timers.push(setTimeout(leave, undoMs));
    else leave();
  };
  const onStop = (): void => interrupt({ cause: 'stopped' });
  const onLate = (): void =>
    interrupt({ cause: 'late', limit: `hosts.timeout=${formatDuration(timeoutMs)}` });
  const onSilent = (): void => {
    if (!hasBegun()) interrupt({ cause: 'late', limit: formatDuration(connectTimeoutMs + beginMs) });
  };
  timers.push(setTimeout(onLate, timeoutMs), setTimeout(onSilent, connectTimeoutMs + beginMs));
  stop.addEventListener('abort', onStop, { once: true });
  abandon.addEventListener('abort', leave, { once: true });
  return {
    giveUp: leaving.signal,
    close() {
      for (const timer of timers) clearTimeout(timer);
      stop.removeEventListener('abort', onStop);
      abandon.removeEventListener('abort', leave);
      return end;
    },
  };
};

/** @param onLine sees each line as it comes */
export const runOnHost = async (
  target: HostTarget,
  command: string,
  connection: HostConnection,
  onLine: (line: OutputLine) => void,
): Promise<HostRun> => {
  // In a session of its own: what ends this process's group must not end what undoes.
  const child = spawn('ssh', formatSshArgv(target, command, connection), { detached: true });
  let report = emptyReport;
  const readers = (['stdout', 'stderr'] as const).map((stream) => {
    const lines = createOutputLines((text) => {
      const line = { stream, text };
      report = readLine(report, line);
      const wanted = stream === 'stdout' ? answerWish(text, connection.brought) : undefined;
      if (wanted !== undefined && child.stdin.writable) child.stdin.write(wanted);
      onLine(line);
    });
    child[stream].setEncoding('utf8').on('data', lines.push);
    return lines;
  });
  child.once('error', (error) => {
    report = { ...report, errorLine: error.message };
  });
  child.stdin.on('error', () => undefined); // a host that goes away
  const earlyEnd = watchForEarlyEnd(child, connection, () => report.hasBegun);
  const ended = endOf(child, earlyEnd.giveUp);
  child.stdin.write(connection.archive);
  const { status } = await ended;
  for (const reader of readers) reader.finish();
  return { report, end: { ...earlyEnd.close(), status: child.signalCode === null ? status : undefined } };
};
