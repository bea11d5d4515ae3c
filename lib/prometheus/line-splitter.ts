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
  let carry: Buffer | undefined;
  let overlong = false;

  const keep = (rest: Buffer): void => {
    if ((carry?.length ?? 0) + rest.length > longestLine) overlong = true;
    carry = overlong
      ? Buffer.alloc(0)
      : carry === undefined
        ? Buffer.from(rest)
        : Buffer.concat([carry, rest]);
  };

  return {
    push(chunk) {
      let at = 0;
      if (carry !== undefined) {
        const end = chunk.indexOf(newline);
        keep(end < 0 ? chunk : chunk.subarray(0, end));
        if (end < 0) return;
        if (!overlong) onLine(carry, 0, carry.length);
        carry = undefined;
        overlong = false;
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
      if (carry !== undefined && !overlong) onLine(carry, 0, carry.length);
      carry = undefined;
      overlong = false;
    },
  };
};
