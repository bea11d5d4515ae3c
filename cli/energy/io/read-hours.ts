/** Reads the hours of the ledger for a verb of `oneext energy`. */
import { readLedger } from '../../../collectors/accounts/io/read-ledger.ts';
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

/** What is damaged is told, and the rest is read. Fails with ENERGY_UNREADABLE. */
export const readHours = async (
  folder: string,
  period: Parameters<typeof readLedger>[1],
  reader: HourReader,
  writeNote: (text: string) => void,
): Promise<void> => {
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
