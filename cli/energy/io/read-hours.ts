/** Reads the hours of one or several ledgers for a verb of `oneext energy`. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import {
  accountsFileName,
  type LedgerVisitor,
  readLedger,
} from '../../../collectors/accounts/io/read-ledger.ts';
import { type RowVisitor, readRows } from '../../../collectors/accounts/rows.ts';
import { reasonOf } from '../../../lib/errors/oneext-error.ts';
import { cliError } from '../../errors.ts';
import { createDoubleFinder, type Double, onlyHosts } from '../doubles.ts';
import type { Period } from '../period.ts';
import type { ZoneFolder } from '../zone-folders.ts';

/** Takes the rows of each hour; those before the period tell names alone. */
export interface HourReader {
  visitor(hour: number, isCounted: boolean): RowVisitor;
  /** Behind a damaged block, names are not known until they are written again. */
  forgetNames(): void;
  /** What comes from here on is of that zone. */
  openZone?(zone: string | undefined): void;
}

/** What a report says of a file that is damaged. */
const damageNote = (file: string, damages: number): string =>
  `${file} is damaged in ${damages} place(s): what stood there is not in the report, and names are missing up to where they were written again\n`;

const shardForm = /^shard-\d+-of-\d+$/;
const dayForm = /^\d{4}-\d\d-\d\d\.tsv(?:\.gz)?$/;

/** Exporters with --shard have a folder each below this one, which may have accounts from before. */
const findParts = async (folder: string): Promise<readonly string[]> => {
  const names = await readdir(folder).catch((): readonly string[] => []); // who reads the ledger says what is wrong
  const shards = names.filter((name) => shardForm.test(name)).sort();
  const hasOwn = names.some((name) => name === accountsFileName || dayForm.test(name));
  return [
    ...(hasOwn || shards.length === 0 ? [folder] : []),
    ...shards.map((name) => path.join(folder, name)),
  ];
};

/** Fails with ENERGY_UNREADABLE. */
export const readFolder = async (folder: string, period: Period, visitor: LedgerVisitor): Promise<void> => {
  try {
    await readLedger(folder, period, visitor);
  } catch (thrown) {
    throw cliError('ENERGY_UNREADABLE', { path: folder, detail: reasonOf(thrown) }, thrown);
  }
};

/** The folders of accounts that are read, and the hours of hosts that stand in more than one of them. */
export interface Ledgers {
  readonly parts: readonly ZoneFolder[];
  readonly doubles: readonly Double[];
}

/** Fails with ENERGY_UNREADABLE, and with ENERGY_SAME_ACCOUNTS where two zones have the same accounts. */
export const findLedgers = async (folders: readonly ZoneFolder[], period: Period): Promise<Ledgers> => {
  const parts: ZoneFolder[] = [];
  for (const { zone, folder } of folders)
    for (const part of await findParts(folder)) parts.push({ zone, folder: part });
  if (parts.length === 1) return { parts, doubles: [] };
  const finder = createDoubleFinder();
  for (const part of parts)
    await readFolder(part.folder, period, {
      onHour({ body, hour }, isInRange) {
        if (isInRange) finder.read(part, hour, body, (visitor) => readRows(body, visitor));
      },
      onDamage: () => undefined, // told by whoever takes the rows
    });
  const same = finder.same();
  if (same !== undefined) throw cliError('ENERGY_SAME_ACCOUNTS', { path: same.folder, other: same.other });
  return { parts, doubles: finder.doubles() };
};

/** Which rows do not count, by folder, hour and host. */
const leftOutOf = (doubles: readonly Double[]): ReadonlySet<string> =>
  new Set(
    doubles.flatMap(({ hour, hostId, others }) => others.map((folder) => `${hour} ${hostId} ${folder}`)),
  );

/** `host 7 at 2026-11-28T12:00:00.000Z, which counts in FOLDER and not in OTHER` */
export const describeDouble = ({ hour, hostId, counted, others }: Double): string =>
  `host ${hostId} at ${new Date(hour).toISOString()}, which counts in ${counted} and not in ${others.join(' or ')}`;

const doublesNote = ([first, ...more]: readonly Double[]): string => {
  if (first === undefined) return '';
  const rest = more.length === 0 ? '' : `, and ${more.length} more`;
  return `two exporters counted the same host at the same time, and only one of them is in the report: ${describeDouble(first)}${rest}\n`;
};

/** What is damaged is told, and the rest is read. Fails as `findLedgers` does. */
export const readHours = async (
  folders: readonly ZoneFolder[],
  period: Period,
  reader: HourReader,
  writeNote: (text: string) => void,
): Promise<void> => {
  const { parts, doubles } = await findLedgers(folders, period);
  if (doubles.length > 0) writeNote(doublesNote(doubles));
  const leftOut = leftOutOf(doubles);
  for (const { zone, folder } of parts) {
    reader.forgetNames();
    reader.openZone?.(zone);
    await readFolder(folder, period, {
      onHour({ body, hour }, isInRange) {
        const visitor = reader.visitor(hour, isInRange);
        const isCounted = (hostId: number): boolean => !leftOut.has(`${hour} ${hostId} ${folder}`);
        readRows(body, leftOut.size === 0 ? visitor : onlyHosts(visitor, isCounted));
      },
      onNamesLost: reader.forgetNames,
      onDamage: (file, damages) => writeNote(damageNote(file, damages)),
    });
  }
};
