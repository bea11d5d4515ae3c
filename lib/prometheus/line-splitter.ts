/** Splits bytes that come in pieces into lines, without copying the lines that are whole within a piece. */

export interface LineSplitter {
  push(chunk: Buffer): void;
  /** Hands over what stands after the last line end. */
  finish(): void;
}

const newline = 0x0a;

/**
 * @param longestLine lines with more bytes are dropped, so that memory does not grow with what is sent
 * @param onLine is given `[from, to)` of `bytes`, without the line end; valid during the call only
 */
export const createLineSplitter = (
  longestLine: number,
  onLine: (bytes: Buffer, from: number, to: number) => void,
): LineSplitter => {
  // What stands after the last line end, in a buffer that doubles: many small pieces cost no more than one.
  let carry = Buffer.allocUnsafe(0);
  let carried = 0;
  let overlong = false;

  const keep = (rest: Buffer): void => {
    overlong ||= carried + rest.length > longestLine;
    if (overlong) return;
    if (carried + rest.length > carry.length) {
      const larger = Buffer.allocUnsafe(Math.max(4096, 2 * (carried + rest.length)));
      carry.copy(larger, 0, 0, carried);
      carry = larger;
    }
    rest.copy(carry, carried);
    carried += rest.length;
  };

  const endCarried = (): void => {
    if (!overlong) onLine(carry, 0, carried);
    carried = 0;
    overlong = false;
  };

  return {
    push(chunk) {
      let at = 0;
      if (carried > 0 || overlong) {
        const end = chunk.indexOf(newline);
        keep(end < 0 ? chunk : chunk.subarray(0, end));
        if (end < 0) return;
        endCarried();
        at = end + 1;
      }
      for (;;) {
        const end = chunk.indexOf(newline, at);
        if (end < 0) break;
        if (end - at <= longestLine) onLine(chunk, at, end);
        at = end + 1;
      }
      if (at < chunk.length) keep(chunk.subarray(at));
    },
    finish() {
      if (carried > 0) endCarried();
    },
  };
};
