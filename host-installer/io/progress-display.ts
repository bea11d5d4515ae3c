/** Draws lines over and over at the bottom of a terminal, each time in one piece: nothing flickers. */
import type { Screen } from '../progress.ts';

export interface TerminalStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
  on(event: 'error', listener: () => void): unknown;
}

export interface ProgressDisplay {
  /** On a terminal. */
  readonly isDrawn: boolean;
  /** Above what is drawn; it stays. */
  say(line: string): void;
  /** Takes away what was drawn, and shows the cursor again. */
  close(): void;
}

const redrawMs = 200;
const [hideCursor, showCursor, eraseLine, eraseBelow] = ['\x1b[?25l', '\x1b[?25h', '\x1b[K', '\x1b[J'];
/** Terminals do not agree on the width of every character: a line that comes out longer is cut, not wrapped. */
const [dontWrap, wrap] = ['\x1b[?7l', '\x1b[?7h'];
const toTop = (lines: number): string => (lines === 0 ? '' : `\x1b[${lines}A`);

/** Where the stream is no terminal, only what is said is written. */
export const openDisplay = (
  stream: TerminalStream,
  draw: (screen: Screen) => readonly string[],
): ProgressDisplay => {
  // A terminal that has gone: the run goes on without.
  stream.on('error', () => undefined);
  if (stream.isTTY !== true) {
    return { isDrawn: false, say: (line) => void stream.write(`${line}\n`), close: () => undefined };
  }
  let drawn = 0;
  const redraw = (above = ''): void => {
    const lines = draw({ columns: stream.columns ?? 80, rows: stream.rows ?? 24 });
    const frame = lines.map((line) => `${line}${eraseLine}\n`).join('');
    stream.write(`${hideCursor}\r${toTop(drawn)}${above}${dontWrap}${frame}${wrap}${eraseBelow}`);
    drawn = lines.length;
  };
  redraw();
  const timer = setInterval(redraw, redrawMs);
  return {
    isDrawn: true,
    say: (line) => redraw(`${line}${eraseLine}\n`),
    close() {
      clearInterval(timer);
      stream.write(`\r${toTop(drawn)}${eraseBelow}${showCursor}`);
    },
  };
};
