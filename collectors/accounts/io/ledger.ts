/**
 * The ledger: a folder with a file for each day (UTC), to which blocks of hours are appended. Days that are over are
 * compressed.
 *
 * A block that is there is never written again; what a killed process has left half-written is cut off.
 */
import { open, readdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { reasonOf } from '../../../lib/errors/oneext-error.ts';
import { readIfThere } from '../../../lib/io/read-if-there.ts';
import { removeTemporaries, syncFolder, writeDurable } from '../../../lib/io/write-atomic.ts';
import { collectorError } from '../../errors.ts';
import type { HourRows } from '../accounts.ts';
import { type Frame, type Frames, fileHead, formatFrame, parseFrames } from '../frames.ts';
import { formatRows, type KnownNames, namesIn, noNames } from '../rows.ts';
import { dayOf, inflate, ledgerFileName } from './read-ledger.ts';

const mode = 0o600;

/** Names are written again after so many blocks: what a damaged block takes with it is known again then. */
const blocksBetweenNames = 8;

/** The day that blocks are appended to. */
interface OpenDay {
  readonly day: string;
  /** All that is sound in the file, which ends there. */
  size: number;
  readonly known: KnownNames;
  /** Of the blocks in the file, and in that of the compressed day. */
  readonly blocks: Set<string>;
}

const blockKey = ({ sequence, hour }: Pick<Frame, 'sequence' | 'hour'>): string => `${sequence} ${hour}`;

/** The names that the next block needs not write. */
const namesKnownIn = ({ known, blocks }: OpenDay): KnownNames => {
  if (blocks.size % blocksBetweenNames === 0) {
    known.vms.clear();
    known.hosts.clear();
  }
  return known;
};

/** What was thrown, with the path that it is about. */
export const asLedgerError = (file: string, thrown: unknown): Error =>
  collectorError.is(thrown, 'ENERGY_FOLDER', 'ENERGY_LEDGER', 'ENERGY_IN_USE')
    ? thrown
    : collectorError('ENERGY_LEDGER', { path: file, detail: reasonOf(thrown) }, thrown);

const readDay = (file: string): Promise<Buffer | undefined> =>
  readIfThere(file).catch((thrown: unknown) => {
    throw asLedgerError(file, thrown);
  });

/** Fails with ENERGY_LEDGER for a file that is not ours to append to. */
const framesOf = (file: string, bytes: Buffer): Frames => {
  const parsed = parseFrames(bytes);
  if (parsed === 'other_version')
    throw collectorError('ENERGY_LEDGER', { path: file, detail: 'it was written by another version' });
  if (parsed === 'not_ours')
    throw collectorError('ENERGY_LEDGER', { path: file, detail: 'it is no file of the ledger' });
  return parsed;
};

/** Appends behind `size`, or leaves the file as it was. */
const appendAt = async (file: string, size: number, bytes: Buffer): Promise<void> => {
  const handle = await open(file, size === 0 ? 'w' : 'r+', mode);
  try {
    await handle.truncate(size);
    const { bytesWritten } = await handle.write(bytes, 0, bytes.length, size);
    if (bytesWritten < bytes.length) throw new Error(`only ${bytesWritten} of ${bytes.length} bytes fit`);
    await handle.datasync();
  } catch (thrown) {
    await handle.truncate(size).catch(() => undefined);
    throw thrown;
  } finally {
    await handle.close();
  }
};

export interface Ledger {
  /** Whether this block is there already. */
  has(sequence: number, hour: number): Promise<boolean>;
  /** Resolves when the block outlasts a machine that loses its power. */
  append(sequence: number, hour: number, rows: HourRows): Promise<void>;
  /** Compresses the days before that of `hour`, and removes those that end before `keepFrom`. */
  closeDays(hour: number, keepFrom: number): Promise<void>;
}

export const openLedger = (folder: string): Ledger => {
  let current: OpenDay | undefined;
  const plainOf = (day: string): string => path.join(folder, ledgerFileName(day));

  const openDay = async (hour: number): Promise<OpenDay> => {
    const day = dayOf(hour);
    if (current?.day === day) return current;
    const plain = (await readDay(plainOf(day))) ?? Buffer.alloc(0);
    const closed = await readDay(`${plainOf(day)}.gz`);
    const { frames, soundBytes, damages } = framesOf(plainOf(day), plain);
    const before = closed === undefined ? [] : framesOf(`${plainOf(day)}.gz`, await inflate(closed)).frames;
    current = {
      day,
      size: soundBytes,
      known: damages > 0 ? noNames() : namesIn(frames.map(({ body }) => body)),
      blocks: new Set([...before, ...frames].map(blockKey)),
    };
    return current;
  };

  const closeDay = async (day: string): Promise<void> => {
    const file = plainOf(day);
    const plain = await readDay(file);
    if (plain === undefined) return;
    const { frames, damages } = framesOf(file, plain);
    if (damages > 0) return; // it stays as it is: `oneext energy verify` finds the damage here
    const closed = (await readDay(`${file}.gz`)) ?? Buffer.alloc(0);
    const known = new Set(
      (closed.length === 0 ? [] : framesOf(file, await inflate(closed)).frames).map(blockKey),
    );
    const added = frames.filter((frame) => !known.has(blockKey(frame)));
    if (added.length > 0) {
      // Frames as they stand, so that a damaged one between them costs no other its checksum.
      const blocks = added.map(({ sequence, hour, body }) => formatFrame('block', sequence, hour, body));
      const member = await promisify(gzip)(Buffer.concat([Buffer.from(fileHead), ...blocks]), { level: 9 });
      await writeDurable(`${file}.gz`, Buffer.concat([closed, member]), mode);
    }
    await unlink(file);
    await syncFolder(folder);
  };

  return {
    has: async (sequence, hour) => (await openDay(hour)).blocks.has(blockKey({ sequence, hour })),
    async append(sequence, hour, rows) {
      const day = await openDay(hour);
      if (day.blocks.has(blockKey({ sequence, hour }))) return;
      // What is known is right again only when all of this is written.
      current = undefined;
      const frame = formatFrame('block', sequence, hour, formatRows(rows, namesKnownIn(day)));
      const bytes = day.size === 0 ? Buffer.concat([Buffer.from(fileHead), frame]) : frame;
      await appendAt(plainOf(day.day), day.size, bytes).catch((thrown: unknown) => {
        throw asLedgerError(plainOf(day.day), thrown);
      });
      if (day.size === 0) await syncFolder(folder);
      day.size += bytes.length;
      day.blocks.add(blockKey({ sequence, hour }));
      current = day;
    },
    async closeDays(hour, keepFrom) {
      const [today, oldest] = [dayOf(hour), dayOf(keepFrom)];
      for (const name of (await readdir(folder)).sort()) {
        const day = /^(\d{4}-\d\d-\d\d)\.tsv(?:\.gz)?$/.exec(name)?.[1];
        if (day === undefined) continue;
        if (day < oldest) await unlink(path.join(folder, name));
        else if (name.endsWith('.tsv') && day < today) {
          if (current?.day === day) current = undefined;
          await removeTemporaries(path.join(folder, `${name}.gz`));
          await closeDay(day);
        }
      }
    },
  };
};
