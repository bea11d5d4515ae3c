/** Text of unknown origin on a terminal: made harmless, measured in columns, cut to fit. */

/** Control sequences, strings to the terminal (titles, clipboards), and two-character escapes. */
const escapeSequences =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]/g;
/** Control characters, what changes the direction of text, and halves of characters. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** One line without anything that a terminal would act upon. */
export const cleanLine = (text: string): string =>
  text.replaceAll(escapeSequences, '').replaceAll('\t', ' ').replaceAll(invisible, '').trimEnd();

const isWide = (code: number): boolean =>
  (code >= 0x1100 && code <= 0x115f) ||
  (code >= 0x2e80 && code <= 0xa4cf && code !== 0x303f) ||
  (code >= 0xac00 && code <= 0xd7a3) ||
  (code >= 0xf900 && code <= 0xfaff) ||
  (code >= 0xfe30 && code <= 0xfe6f) ||
  (code >= 0xff00 && code <= 0xff60) ||
  (code >= 0xffe0 && code <= 0xffe6) ||
  (code >= 0x20000 && code <= 0x3fffd);

const widthOfCharacter = (character: string): number => {
  if (/^[\p{M}\p{Cc}\p{Cf}]/u.test(character)) return 0;
  return isWide(character.codePointAt(0) ?? 0) || /^\p{Emoji_Presentation}/u.test(character) ? 2 : 1;
};

/** In columns of a terminal. */
export const widthOf = (text: string): number => {
  let width = 0;
  for (const character of text) width += widthOfCharacter(character);
  return width;
};

/** What is cut ends with `~`. */
export const cutToWidth = (text: string, columns: number): string => {
  if (columns <= 0) return '';
  if (widthOf(text) <= columns) return text;
  let [cut, width] = ['', 0];
  for (const character of text) {
    width += widthOfCharacter(character);
    if (width > columns - 1) break;
    cut += character;
  }
  return `${cut}~`;
};

export const padToWidth = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - widthOf(text)));

/** Columns as wide as their widest cell, two spaces apart. */
export const formatColumns = (rows: readonly (readonly string[])[]): string => {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, widthOf(cell));
  }
  const format = (row: readonly string[]): string =>
    row.map((cell, at) => (at === row.length - 1 ? cell : padToWidth(cell, widths[at] ?? 0))).join('  ');
  return rows.map((row) => `${format(row).trimEnd()}\n`).join('');
};
