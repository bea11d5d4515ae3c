/** Lines and tables of text of unknown origin, made harmless for a terminal. */
import { displayWidthOf, fitToWidth, formatDisplayText } from './display-text.ts';

/** Control sequences, strings to the terminal (titles, clipboards), and two-character escapes. */
const escapeSequences =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]/g;
/** Control characters, what changes the direction of text, and halves of characters. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** One line without anything that a terminal would act upon. */
export const cleanLine = (text: string): string =>
  formatDisplayText(
    text.replaceAll(escapeSequences, '').replaceAll('\t', ' ').replaceAll(invisible, ''),
  ).trimEnd();

/** Columns as wide as their widest cell, two spaces apart. */
export const formatColumns = (rows: readonly (readonly string[])[]): string => {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, displayWidthOf(cell));
  }
  const format = (row: readonly string[]): string =>
    row.map((cell, at) => (at === row.length - 1 ? cell : fitToWidth(cell, widths[at] ?? 0))).join('  ');
  return rows.map((row) => `${format(row).trimEnd()}\n`).join('');
};
