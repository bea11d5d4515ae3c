/** Reads the hours of the ledger for a verb of `oneext energy`. */
import { readdir } from 'node:fs/promises';
import { accountsFileName, readLedger } from '../../../collectors/accounts/io/read-ledger.ts';
import { type RowVisitor, readRows } from '../../../collectors/accounts/rows.ts';
import { reasonOf } from '../../../lib/errors/oneext-error.ts';
import { cliError } from '../../errors.ts';

/** Takes the rows of each hour; those before the period tell names alone. */
export interface HourReader {
  visitor(hour: number, isCounted: boolean): RowVisitor;
  /** Behind a damaged block, names are not known until they are written again. */
  forgetNames(): void;
}

/** What a report says of a file that is damaged. */
const damageNote = (file: string, damages: number): string =>
  `${file} is damaged in ${damages} place(s): what stood there is not in the report, and names are missing up to where they were written again\n`;

const shardForm = /^shard-\d+-of-\d+$/;
const dayForm = /^\d{4}-\d\d-\d\d\.tsv(?:\.gz)?$/;

/** Of exporters with --shard, each has its accounts in a folder of its own: without them, a cloud would look like nothing. */
export const requireWhole = async (folder: string, writeNote: (text: string) => void): Promise<void> => {
  const names = await readdir(folder).catch((): readonly string[] => []); // who reads the ledger says what is wrong
  const shards = names.filter((name) => shardForm.test(name));
  if (shards.length === 0) return;
  const folders = shards.sort().join(', ');
  if (!names.some((name) => name === accountsFileName || dayForm.test(name)))
    throw cliError('ENERGY_SHARDS', { path: folder, folders });
  writeNote(`the accounts of exporters with --shard are not in what follows: ${folders} in ${folder}\n`);
};

/** What is damaged is told, and the rest is read. Fails with ENERGY_UNREADABLE and ENERGY_SHARDS. */
export const readHours = async (
  folder: string,
  period: Parameters<typeof readLedger>[1],
  reader: HourReader,
  writeNote: (text: string) => void,
): Promise<void> => {
  await requireWhole(folder, writeNote);
  try {
    await readLedger(folder, period, {
      onHour: ({ body, hour }, isInRange) => readRows(body, reader.visitor(hour, isInRange)),
      onNamesLost: reader.forgetNames,
      onDamage: (file, damages) => writeNote(damageNote(file, damages)),
    });
  } catch (thrown) {
    throw cliError('ENERGY_UNREADABLE', { path: folder, detail: reasonOf(thrown) }, thrown);
  }
};
