/** Reads the hours of a ledger, and those that are still in the accounts beside it. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { readIfThere } from '../../../lib/io/read-if-there.ts';
import { collectorError } from '../../errors.ts';
import { type Frame, parseFrames } from '../frames.ts';

export const accountsFileName = 'accounts.tsv';
export const ledgerFileName = (day: string): string => `${day}.tsv`;

/** The day of a moment in UTC. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

export const inflate = (bytes: Buffer): Promise<Buffer> => promisify(gunzip)(bytes);

export interface LedgerVisitor {
  /** An hour, once; of one outside of the range only the names count, which later hours do not repeat. */
  readonly onHour: (frame: Frame, isInRange: boolean) => void;
  /** Names from before are old perhaps, for the one that stood here is lost: those that are needed may come later. */
  readonly onNamesLost?: () => void;
  /** A file of which parts are lost. */
  readonly onDamage: (file: string, damages: number) => void;
}

const readSound = async (file: string, onDamage: LedgerVisitor['onDamage']): Promise<readonly Frame[]> => {
  const raw = await readIfThere(file);
  if (raw === undefined) {
    const isDay = file.endsWith('.tsv') && path.basename(file) !== accountsFileName;
    return isDay ? readSound(`${file}.gz`, onDamage) : []; // it was compressed just now, or removed
  }
  const bytes = file.endsWith('.gz') ? await inflate(raw).catch(() => undefined) : raw;
  const parsed = bytes === undefined ? 'not_ours' : parseFrames(bytes);
  if (parsed === 'other_version')
    throw collectorError('ENERGY_LEDGER', { path: file, detail: 'it was written by another version' });
  if (parsed === 'not_ours') onDamage(file, 1);
  else if (parsed.damages > 0) onDamage(file, parsed.damages);
  return parsed === 'not_ours' ? [] : parsed.frames.filter(({ kind }) => kind === 'block');
};

/** Files of the days, those that are compressed first, as they are older than a plain one of the same day. */
const filesBetween = (names: readonly string[], from: number, to: number): readonly string[] => {
  const [first, last] = [dayOf(from), dayOf(to)];
  return names
    .filter((name) => {
      const day = /^(\d{4}-\d\d-\d\d)\.tsv(?:\.gz)?$/.exec(name)?.[1];
      return day !== undefined && day >= first && day <= last;
    })
    .sort((one, other) => {
      const [a, b] = [one.slice(0, 10), other.slice(0, 10)];
      return a === b ? other.length - one.length : a.localeCompare(b);
    });
};

/** @param from in milliseconds since 1970, as `to`; an hour belongs to where it begins */
export const readLedger = async (
  folder: string,
  { from, to }: { readonly from: number; readonly to: number },
  { onHour, onNamesLost, onDamage }: LedgerVisitor,
): Promise<void> => {
  // First: an hour that goes over to the ledger meanwhile is then seen twice and counted once, and never missed.
  const open = await readSound(path.join(folder, accountsFileName), onDamage);
  const seen = new Set<string>();
  const visit = (frame: Frame): void => {
    const key = `${frame.sequence} ${frame.hour}`;
    if (frame.isAfterDamage) onNamesLost?.();
    if (seen.has(key)) return;
    seen.add(key);
    onHour(frame, frame.hour >= from && frame.hour < to);
  };
  let next: Promise<readonly Frame[]> | undefined;
  const files = filesBetween(await readdir(folder), from, to);
  // One is read and inflated while the one before is counted.
  const start = (file: string | undefined): Promise<readonly Frame[]> | undefined =>
    file === undefined ? undefined : readSound(path.join(folder, file), onDamage);
  next = start(files[0]);
  for (const at of files.keys()) {
    const frames = (await next) ?? [];
    next = start(files[at + 1]);
    for (const frame of frames) visit(frame);
  }
  for (const frame of open) visit(frame);
};
