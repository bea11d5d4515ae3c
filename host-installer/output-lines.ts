/** Lines of a program's output, made harmless: a carriage return ends a line too, and no line is longer than a limit. */
import { cleanLine } from '../lib/text/terminal-text.ts';

const mostCharacters = 2000;

export interface OutputLines {
  push(text: string): void;
  /** Hands over what stands after the last line end. */
  finish(): void;
}

/** Lines without visible text are left out. */
export const createOutputLines = (onLine: (line: string) => void): OutputLines => {
  let carry = '';
  const end = (line: string): void => {
    const clean = cleanLine(line.slice(0, mostCharacters));
    if (clean !== '') onLine(clean);
  };
  return {
    push(text) {
      const pieces = text.split(/[\r\n]/);
      const last = pieces.pop() ?? '';
      for (const [at, piece] of pieces.entries()) end(at === 0 ? carry + piece : piece);
      carry = (pieces.length === 0 ? carry + last : last).slice(0, mostCharacters);
    },
    finish() {
      end(carry);
      carry = '';
    },
  };
};
