/**
 * Keeps the accounts of energy in a folder: the sums in a file that is replaced at each step, hours that are over in
 * the ledger.
 *
 * What is shown was written before. An hour goes to the ledger only as it stands in the file of the sums, so that
 * whoever finds it in both knows it for the same, by its number.
 */
import { mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { reasonOf } from '../../../lib/errors/oneext-error.ts';
import { codeOf } from '../../../lib/errors/system-error.ts';
import { takeLock } from '../../../lib/io/lock.ts';
import { readIfThere } from '../../../lib/io/read-if-there.ts';
import { removeTemporaries, writeDurable } from '../../../lib/io/write-atomic.ts';
import type { Log } from '../../../lib/log/log.ts';
import { collectorError } from '../../errors.ts';
import { type Accounts, type Batch, noAccounts } from '../accounts.ts';
import { hourOf } from '../booking.ts';
import type { FolderCopy, Progressed } from '../copy.ts';
import { formatAccounts } from '../format-accounts.ts';
import { moveClock } from '../move-clock.ts';
import { parseAccounts } from '../parse-accounts.ts';
import type { Step } from '../scene.ts';
import {
  type DigestMemory,
  finishCopy,
  readCopy,
  readDayOfCopy,
  stageCopy,
  type TakenCopy,
} from './copied-folder.ts';
import { asLedgerError, openLedger } from './ledger.ts';
import { accountsFileName } from './read-ledger.ts';

export interface KeptEnergy {
  /** As they were written last. */
  readonly accounts: () => Accounts;
  /** Takes the next accounts. Fails while they cannot be written; they are kept until they can. */
  readonly advance: (next: (before: Accounts) => Accounts, step: Step) => Promise<void>;
  readonly progress: () => Progressed;
  /** What another front-end takes to go on from here. */
  readonly copy: () => Promise<FolderCopy>;
  readonly readDay: (name: string, size: number) => Promise<Buffer | undefined>;
  /** Goes on from the accounts of another front-end; its own days that are not in them are put aside. */
  readonly take: (copy: FolderCopy, fetchDay: TakenCopy['fetchDay']) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface KeepEnergyOptions {
  readonly folder: string;
  /** Days of the ledger that are older are removed; `undefined` keeps all. */
  readonly retentionMs: number | undefined;
  /** Files of the folder, besides the accounts themselves, that another front-end needs. */
  readonly besides?: readonly string[];
  readonly log: Log;
}

const mode = 0o600;

const noFolder = (folder: string, thrown: unknown): Error =>
  collectorError('ENERGY_FOLDER', { path: folder, detail: reasonOf(thrown) }, thrown);

/** Makes it where it is not there, not its parents: they are made with the rights that they need. */
const makeFolder = async (folder: string): Promise<void> => {
  await mkdir(folder, { mode: 0o750 }).catch((thrown: unknown) => {
    if (codeOf(thrown) !== 'EEXIST') throw noFolder(folder, thrown);
  });
};

const readAccounts = async (file: string, log: Log): Promise<Accounts> => {
  const bytes = await readIfThere(file);
  if (bytes === undefined) return noAccounts;
  const accounts = parseAccounts(bytes);
  if (typeof accounts !== 'string') return accounts;
  if (accounts === 'other_version')
    throw collectorError('ENERGY_LEDGER', { path: file, detail: 'it was written by another version' });
  const aside = `${file}.unreadable`;
  await rename(file, aside);
  log.warn('the sums of energy cannot be understood and begin anew; the ledger is kept', {
    file,
    kept_as: aside,
  });
  return noAccounts;
};

/** A number that no batch before it has, also where the sums were lost. */
const nextSequence = (before: number, at: number): number => Math.max(before + 1, Math.floor(at / 1000));

const withoutHour = (batch: Batch, hour: number, at: number): Batch => ({
  sequence: nextSequence(batch.sequence, at),
  hours: new Map([...batch.hours].filter(([other]) => other !== hour)),
});

const openFolder = async ({ folder, log }: KeepEnergyOptions) => {
  const file = path.join(folder, accountsFileName);
  try {
    await makeFolder(folder);
    const release = await takeLock(path.join(folder, 'lock')).catch((thrown: unknown) => {
      throw noFolder(folder, thrown);
    });
    if (typeof release !== 'function')
      throw collectorError('ENERGY_IN_USE', { path: folder, pid: release.pid ?? 'unknown' });
    try {
      await removeTemporaries(file);
      await finishCopy(folder);
      return { file, release, read: await readAccounts(file, log) };
    } catch (thrown) {
      await release();
      throw thrown;
    }
  } catch (thrown) {
    throw asLedgerError(folder, thrown);
  }
};

/** Fails with ENERGY_FOLDER, ENERGY_LEDGER or ENERGY_IN_USE. */
export const keepEnergy = async (options: KeepEnergyOptions): Promise<KeptEnergy> => {
  const { folder, retentionMs, log } = options;
  const { file, release, read } = await openFolder(options);
  const digests: DigestMemory = new Map();
  let ledger = openLedger(folder);
  let current = read;
  let written = read;
  let closedHour: number | undefined;
  let isClosed = false;
  /** Kept times are those of the wall: the next exporter's clock begins there. */
  let wallOffsetMs = 0;

  const keepFrom = (at: number): number => (retentionMs === undefined ? 0 : at - retentionMs);
  const write = async (): Promise<void> => {
    if (current === written) return;
    const next = current;
    await writeDurable(file, formatAccounts(next, wallOffsetMs), mode);
    written = next;
  };
  /** Hours that are in the ledger already: the exporter was killed before it wrote that they are. */
  const dropKnown = async (at: number): Promise<void> => {
    const { batch } = current;
    const known: number[] = [];
    for (const hour of batch.hours.keys()) if (await ledger.has(batch.sequence, hour)) known.push(hour);
    for (const hour of known) current = { ...current, batch: withoutHour(current.batch, hour, at) };
  };
  const moveHours = async (hour: number, at: number): Promise<void> => {
    const over = [...written.batch.hours].filter(([other]) => other !== hour);
    for (const [other, rows] of over) {
      await ledger.append(current.batch.sequence, other, rows);
      current = { ...current, batch: withoutHour(current.batch, other, at) };
      await write();
    }
    if (closedHour === hour) return;
    // Not by the wall alone: a clock that is ahead for a moment must not cost the ledger.
    await ledger.closeDays(hour, keepFrom(Math.min(hour, at)));
    closedHour = hour;
  };
  if (current.batch.hours.size > 0)
    await dropKnown(current.at ?? 0).catch(async (thrown: unknown) => {
      await release();
      throw thrown;
    });
  let running = Promise.resolve();
  const step = async (next: (before: Accounts) => Accounts, { at, calendar }: Step): Promise<void> => {
    if (isClosed) return;
    wallOffsetMs = calendar.wallOffsetMs;
    // The wall was set back while no exporter ran: nobody knows for how long that was.
    if (current.at !== undefined && current.at > at) current = moveClock(current, at - current.at);
    current = next(current);
    if (current.batch.hours.size === 0 || current.batch.sequence === 1)
      current = {
        ...current,
        batch: { ...current.batch, sequence: nextSequence(current.batch.sequence, at) },
      };
    try {
      await write();
      await moveHours(hourOf(at, calendar), at);
    } catch (thrown) {
      throw asLedgerError(folder, thrown);
    }
  };
  const progress = (): Progressed => {
    const { term, at = 0 } = written;
    return { term, at: Math.max(0, at + wallOffsetMs) };
  };
  /** One after the other. */
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const result = running.then(task);
    running = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  };
  const take = async (copy: FolderCopy, fetchDay: TakenCopy['fetchDay']): Promise<void> => {
    if (isClosed) return;
    const given = parseAccounts(Buffer.from(copy.sums[accountsFileName] ?? ''));
    if (typeof given === 'string') throw new Error(`the accounts of the other front-end are ${given}`);
    const taken = { copy, fetchDay, keepFrom: keepFrom(copy.at) };
    const { asideFolder, aside } = await stageCopy(folder, taken, digests);
    await finishCopy(folder);
    if (aside > 0)
      log.warn('days of the ledger that the leading front-end does not have were put aside', {
        days: aside,
        folder: path.join(folder, asideFolder),
      });
    ledger = openLedger(folder);
    wallOffsetMs = 0; // kept times are those of the wall
    closedHour = undefined;
    current = given;
    written = given;
    if (current.batch.hours.size > 0) await dropKnown(current.at ?? 0);
  };
  log.info('accounts of energy are kept', { folder });
  return {
    accounts: () => written,
    advance: (next, given) => inTurn(() => step(next, given)),
    progress,
    copy: () =>
      inTurn(() => {
        const names = [accountsFileName, ...(options.besides ?? [])];
        return readCopy(folder, progress(), names, digests);
      }),
    readDay: (name, size) => readDayOfCopy(folder, name, size),
    take: (copy, fetchDay) => inTurn(() => take(copy, fetchDay)),
    async close() {
      isClosed = true;
      await running;
      await release();
    },
  };
};
