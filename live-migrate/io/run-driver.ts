/** Runs the stock driver on the source host, and finds out what became of the guest. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { OneExtError } from '../../lib/errors/oneext-error.ts';
import type { Argv } from '../../lib/remote-command.ts';
import { migrationError } from '../errors.ts';
import { type GuardSession, isConclusive, readGuardSession } from '../guard-session.ts';
import type { MigrationRequest } from '../request.ts';
import { findGuest } from './find-guest.ts';
import type { Hosts } from './hosts.ts';

export interface DriverRun {
  readonly request: MigrationRequest;
  readonly hosts: Hosts;
  /** When it is aborted, the migration is. */
  readonly signal: AbortSignal;
  /** How long both hosts are asked where the guest is. */
  readonly recoveryTimeoutMs: number;
  readonly say: (level: 'INFO' | 'WARN', text: string) => void;
}

/** The status that is true of the guest, or why there is none. */
export type DriverEnd = { readonly status: number } | { readonly error: OneExtError };

/** virsh has that long to return after its job was aborted. */
const graceMs = 100_000;

/** 128 and the number of the signal, as the shell has it. */
const describeDriverEnd = (status: number): string =>
  status > 128 && status <= 192
    ? `the driver was killed by signal ${status - 128}`
    : `the driver ended with status ${status}`;

const clearUp = async (
  { request, hosts, say, recoveryTimeoutMs }: DriverRun,
  { end }: GuardSession,
): Promise<DriverEnd> => {
  const { deployId, source, destination } = request;
  const what = end === undefined ? 'the session broke off' : describeDriverEnd(end.status);
  say('WARN', `${what} on ${source}; asking both hosts where ${deployId} runs`);
  const { at, said } = await findGuest(hosts, request, recoveryTimeoutMs);
  if (at === 'destination') {
    const missing = 'what the driver does after a migration may not have been done';
    say('WARN', `${deployId} runs on ${destination}: the migration counts as done; ${missing}`);
    return { status: 0 };
  }
  if (at === undefined)
    return { error: migrationError('MIGRATION_END_UNKNOWN', { deployId, source, destination, said }) };
  if (end !== undefined) {
    say('WARN', `${deployId} runs on ${source}`);
    return { status: end.status };
  }
  return { error: migrationError('MIGRATION_BROKEN_OFF', { deployId, source }) };
};

/** What libvirt, or QEMU later, says of a guest that has a 9p share mounted for the moment. */
const mountedShare = /Migration is disabled when VirtFS export path/;
/** A guest that reads its own energy by 9p has unmounted it again by then. */
const retryAfterMs = 3000;
const mostKept = 16 * 1024;

interface DriverTry {
  readonly end: DriverEnd;
  /** Worth another try: nothing was moved, and the guest has only to unmount a share. */
  readonly hasMountedShare: boolean;
}

const tryDriver = async (run: DriverRun, host: string, argv: Argv): Promise<DriverTry> => {
  const { request, hosts, signal } = run;
  let stderr = '';
  const stdout = await hosts.runOnLifeline(host, argv, {
    input: request.document,
    signal,
    graceMs,
    hasBegun: (text) => readGuardSession(text).hasBegun,
    isOver: (text) => readGuardSession(text).isOver,
    onStderr(piece) {
      stderr = (stderr + String(piece)).slice(-mostKept);
      process.stderr.write(piece);
    },
  });
  const ended = (end: DriverEnd, hasMountedShare = false): DriverTry => ({ end, hasMountedShare });
  const session = readGuardSession(stdout);
  if (session.refusal !== undefined) {
    const { deployId, source } = request;
    return ended({
      error: migrationError('MIGRATION_NOT_STARTED', { deployId, source, detail: session.refusal }),
    });
  }
  if (session.end === undefined || !isConclusive(session)) return ended(await clearUp(run, session));
  const { status } = session.end;
  return ended({ status }, status !== 0 && mountedShare.test(stderr));
};

/** A migration that has met a 9p share is tried once more: the guest reads it for a moment, and unmounts it. */
export const runDriver = async (run: DriverRun, host: string, argv: Argv): Promise<DriverEnd> => {
  const { end, hasMountedShare } = await tryDriver(run, host, argv);
  if (!hasMountedShare || run.signal.aborted) return end;
  run.say(
    'WARN',
    `${run.request.deployId} has a shared folder mounted; trying once more in ${retryAfterMs / 1000} s`,
  );
  await sleep(retryAfterMs, undefined, { signal: run.signal }).catch(() => undefined);
  return run.signal.aborted ? end : (await tryDriver(run, host, argv)).end;
};
