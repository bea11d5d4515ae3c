/**
 * Text that others wrote, made fit for a terminal: no control character passes, and its width is known.
 *
 * Terminals disagree on the width of joined characters (emoji families, flags, skin tones): such sequences
 * are taken apart into characters on whose width they agree.
 * https://www.unicode.org/reports/tr11/ (East Asian Width), https://www.unicode.org/reports/tr44/ (categories)
 */
import { eastAsianWidth } from 'get-east-asian-width';

/** What a terminal can show. */
export type Charset = 'utf-8' | 'ascii';

const replacement = '?';
/** More of them on one character only cover the lines around it. */
const mostMarks = 3;

const isPlain = (text: string): boolean => /^[ -~]*$/.test(text);

const mark = /^[\p{Mn}\p{Me}]$/u;
const joiner = /^(?:\u200c|\u200d|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}]|[\u{1f3fb}-\u{1f3ff}])$/u;
/** Vowels and final consonants of Hangul: NFC has joined those that belong to a syllable. */
const looseJamo = /^[\u1160-\u11ff\ud7b0-\ud7ff]$/u;
const unshowable = /^[\p{C}\p{Zl}\p{Zp}]$/u;
const space = /^\p{Zs}$/u;
const regionalIndicator = { first: 0x1f1e6, last: 0x1f1ff };

const showCharacter = (character: string, codePoint: number): string => {
  if (joiner.test(character)) return '';
  if (unshowable.test(character) || looseJamo.test(character)) return replacement;
  if (space.test(character)) return ' ';
  return codePoint >= regionalIndicator.first && codePoint <= regionalIndicator.last
    ? String.fromCharCode('A'.charCodeAt(0) + codePoint - regionalIndicator.first)
    : character;
};

/** What of the text a terminal may be given. */
export const formatDisplayText = (text: string, charset: Charset = 'utf-8'): string => {
  if (isPlain(text)) return text;
  let shown = '';
  let marks = mostMarks; // none on nothing
  for (const character of text.normalize('NFC')) {
    const codePoint = character.codePointAt(0) ?? 0;
    if (mark.test(character) && !joiner.test(character)) {
      marks += 1;
      if (marks <= mostMarks && charset === 'utf-8') shown += character;
      continue;
    }
    const part = showCharacter(character, codePoint);
    if (part === '') continue;
    marks = 0;
    shown += charset === 'ascii' && !isPlain(part) ? replacement : part;
  }
  return shown.normalize('NFC'); // what was taken out may have stood between a letter and its mark
};

const widthOf = (character: string): number =>
  mark.test(character) ? 0 : eastAsianWidth(character.codePointAt(0) ?? 0);

/** Columns that a text takes which `formatDisplayText` has made. */
export const displayWidthOf = (shown: string): number => {
  if (isPlain(shown)) return shown.length;
  let width = 0;
  for (const character of shown) width += widthOf(character);
  return width;
};

/** What of the shown text fits into `width` columns; a sign in its last column says that there is more. */
export const cutToWidth = (shown: string, width: number, charset: Charset = 'utf-8'): string => {
  if (displayWidthOf(shown) <= width) return shown;
  if (width < 1) return '';
  let cut = '';
  let left = width - 1;
  for (const character of shown) {
    left -= widthOf(character);
    if (left < 0) break;
    cut += character;
  }
  return `${cut}${charset === 'utf-8' ? '…' : '~'}`;
};

/** The shown text, cut or filled to exactly `width` columns. */
export const fitToWidth = (
  shown: string,
  width: number,
  align: 'left' | 'right' = 'left',
  charset: Charset = 'utf-8',
): string => {
  const cut = cutToWidth(shown, width, charset);
  const fill = ' '.repeat(Math.max(0, width - displayWidthOf(cut)));
  return align === 'left' ? cut + fill : fill + cut;
};
