/**
 * Lines as a terminal is told to draw them: only those that have changed since the last frame.
 * https://invisible-island.net/xterm/ctlseqs/ctlseqs.html (CUP, EL, SGR)
 */
import type { Line, Style } from './line.ts';

const reset = '\x1b[m';
const manners: Readonly<Record<Style, string>> = {
  strong: '1',
  faint: '2',
  head: '7',
  trend: '36',
  warning: '1;33',
};
/** https://no-color.org */
const mannersWithoutColour: Readonly<Record<Style, string>> = { ...manners, trend: '', warning: '1' };

export const renderLine = (line: Line, hasColour: boolean): string =>
  line
    .map(({ text, style }) => {
      const manner = style === undefined ? '' : (hasColour ? manners : mannersWithoutColour)[style];
      return manner === '' ? text : `\x1b[${manner}m${text}${reset}`;
    })
    .join('');

/**
 * Clears a line before it writes it: after a last column that is full, the cursor still stands on it.
 * @param drawn what stands on the screen; a line that is missing there is drawn
 */
export const renderChanges = (drawn: readonly string[], lines: readonly string[]): string =>
  lines.map((line, row) => (line === drawn[row] ? '' : `\x1b[${row + 1};1H\x1b[K${line}`)).join('');
