/**
 * Lines of fields, separated by tabs, written as bytes: the state of a large cloud has some hundred thousand numbers
 * at each step, of which no text is made.
 */
import { escapeField } from './fields.ts';

export interface LineWriter {
  /** A field, escaped. */
  text(field: string): void;
  number(field: number): void;
  /** Milliseconds as seconds, with up to three decimals. */
  seconds(ms: number): void;
  endLine(): void;
  /** All that was written. */
  finish(): Buffer;
}

const firstBytes = 256 * 1024;
const [tab, newline, minus, point, zero, backslash] = [9, 10, 45, 46, 48, 92];
/** No field but a text is longer. */
const longestNumber = 32;
const billion = 1e9;

/** Whether a character is written as one byte, and as itself. */
const isPlain = (code: number): boolean => code >= 0x20 && code < 0x7f && code !== backslash;

/** Of a whole number below a billion. */
const digitCount = (value: number): number => {
  if (value < 1000) return value < 10 ? 1 : value < 100 ? 2 : 3;
  if (value < 1_000_000) return value < 10_000 ? 4 : value < 100_000 ? 5 : 6;
  return value < 10_000_000 ? 7 : value < 100_000_000 ? 8 : 9;
};

/** @param expectedBytes of all lines: more is written as well, but copied meanwhile */
export const createLineWriter = (expectedBytes = firstBytes): LineWriter => {
  let bytes = Buffer.allocUnsafe(expectedBytes);
  let at = 0;
  const makeRoom = (length: number): void => {
    if (at + length <= bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(bytes.length * 2, at + length));
    bytes.copy(larger, 0, 0, at);
    bytes = larger;
  };
  /** Of a number below a billion, at least so many. */
  const writeDigits = (value: number, least: number): void => {
    const whole = value | 0; // whole numbers of 32 bits are divided much faster
    const end = at + Math.max(least, digitCount(whole));
    const [target, from] = [bytes, at];
    let rest = whole;
    for (let to = end - 1; to >= from; to -= 1) {
      const tenth = (rest / 10) | 0;
      target[to] = zero + rest - tenth * 10;
      rest = tenth;
    }
    at = end;
  };
  const writeWhole = (value: number): void => {
    if (value < billion) {
      writeDigits(value, 1);
      return;
    }
    const billions = Math.floor(value / billion);
    writeDigits(billions, 1);
    writeDigits(value - billions * billion, 9);
  };
  const writeText = (text: string): void => {
    makeRoom(text.length * 3);
    at += bytes.write(text, at);
  };
  const writeNumber = (value: number): void => {
    makeRoom(longestNumber);
    if (!Number.isSafeInteger(value)) {
      writeText(String(value));
      return;
    }
    if (value < 0) {
      bytes[at] = minus;
      at += 1;
    }
    writeWhole(Math.abs(value));
  };
  const endField = (): void => {
    bytes[at] = tab;
    at += 1;
  };
  return {
    text(field) {
      const { length } = field;
      makeRoom(length + 1);
      const [target, to] = [bytes, at];
      let from = 0;
      for (; from < length; from += 1) {
        const code = field.charCodeAt(from);
        if (!isPlain(code)) break;
        target[to + from] = code;
      }
      if (from === length) at += length;
      else writeText(escapeField(field));
      makeRoom(1);
      endField();
    },
    number(field) {
      writeNumber(field);
      endField();
    },
    seconds(ms) {
      const whole = Math.floor(ms / 1000);
      writeNumber(whole);
      let rest = ms - whole * 1000;
      if (rest > 0) {
        bytes[at] = point;
        at += 1;
        let count = 3;
        for (; rest % 10 === 0; rest /= 10) count -= 1;
        writeDigits(rest, count);
      }
      endField();
    },
    endLine() {
      // In the place of the tab behind the last field.
      bytes[at - 1] = newline;
    },
    finish: () => bytes.subarray(0, at),
  };
};
