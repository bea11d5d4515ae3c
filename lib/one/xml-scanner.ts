/**
 * Reads the XML that oned writes, by event, from bytes that come in pieces.
 *
 * oned's documents have elements, text and CDATA, and nothing else: no attributes, no comments, no entities
 * but the predefined ones. What a tenant put into an attribute can break such a document (a control character,
 * `]]>`, an odd name). A strict reader would lose the whole pool, so this one mends instead:
 * - what is not a tag is text;
 * - a close tag closes the nearest open element of that name, and is dropped if there is none;
 * - the root is never closed by what stands inside of it.
 * `repairs` counts what was mended. Nothing is ever expanded, and memory does not grow with the document.
 */
import { longestEntity } from './xml-text.ts';

export interface XmlEvents {
  /**
   * An element begins. `skip` passes over it and all that it holds; `skip-blindly` does so by looking for its
   * end tag alone: for large elements that no tenant can write into.
   */
  open(name: string): 'read' | 'skip' | 'skip-blindly';
  /** Text, perhaps in several pieces, each whole in UTF-8 and in entities; `cdata` text holds no entities. */
  text(bytes: Buffer, from: number, to: number, cdata: boolean): void;
  close(name: string): void;
}

export interface XmlScanner {
  push(chunk: Buffer): void;
  /** `complete`: the root was opened and closed; `truncated`: opened only; `empty`: there was no element. */
  finish(): 'complete' | 'truncated' | 'empty';
  repairs(): number;
}

const lessThan = 0x3c;
const greaterThan = 0x3e;
const slash = 0x2f;
const ampersand = 0x26;
const semicolon = 0x3b;
const cdataOpen = Buffer.from('<![CDATA[');
const cdataClose = Buffer.from(']]>');

const longestTag = 1024;
const deepest = 64;
/** How far a byte is looked for in a loop before the search is left to Buffer.indexOf. */
const nearbyBytes = 48;
const mostNames = 4096;

/** Bytes that may stand in a name: letters, digits, `_`, `-`, `.`, `:` and everything beyond ASCII. */
const isNameByte = new Uint8Array(256).map((_, byte) =>
  byte >= 0x80 || /[\w.:-]/.test(String.fromCharCode(byte)) ? 1 : 0,
);
const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;

/** Where text that reaches the end of a piece must be cut so that no character or entity is torn. */
const wholeTextEnd = (data: Buffer, from: number, to: number, cdata: boolean): number => {
  let end = to;
  for (let back = 1; back <= 3 && to - back >= from; back += 1) {
    const byte = data[to - back] ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      if (back < length) end = to - back;
      break;
    }
  }
  if (cdata) return end;
  for (let at = end - 1; at >= from && at >= end - longestEntity; at -= 1) {
    if (data[at] === semicolon) break;
    if (data[at] === ampersand) return at;
  }
  return end;
};

const findByte = (data: Buffer, byte: number, from: number): number => {
  const nearby = Math.min(data.length, from + nearbyBytes);
  for (let at = from; at < nearby; at += 1) if (data[at] === byte) return at;
  return nearby === data.length ? -1 : data.indexOf(byte, nearby);
};

/** Where a tag ends whose name ends at `nameTo`: at `>`, at what cannot stand in it, or with the data. */
const endOfTag = (data: Buffer, nameTo: number): number => {
  const next = data[nameTo];
  if (nameTo < data.length && next !== greaterThan && next !== slash && !isSpace(next)) return nameTo;
  let at = nameTo;
  while (at < data.length && data[at] !== greaterThan && data[at] !== lessThan) at += 1;
  return at;
};

/** Where `]]>` stands, -1 if nowhere. Most values are short: a loop beats a call out of the language. */
const findCdataClose = (data: Buffer, from: number): number => {
  const nearby = Math.min(data.length - 2, from + nearbyBytes);
  for (let at = from; at < nearby; at += 1) {
    if (data[at] === 0x5d && data[at + 1] === 0x5d && data[at + 2] === greaterThan) return at;
  }
  return data.indexOf(cdataClose, Math.max(from, nearby));
};

/**
 * @param objectName the element below the root that holds one object. oned begins each with `<VM><ID>` and a
 *   digit, which no value can (values stand in CDATA): there a new object begins, whatever is still open.
 */
export const createXmlScanner = (events: XmlEvents, objectName = ''): XmlScanner => {
  const objectStart = Buffer.from(`<${objectName}><ID>`);
  const hashes = new Int32Array(deepest);
  const open: string[] = [];
  const knownNames = new Map<number, string>();
  let depth = 0;
  let skippedAt = 0; // depth of the element being skipped, 0 when none is
  let inCdata = false;
  let blindEnd: Buffer | undefined; // the end tag that alone is looked for
  let rootClosed = false;
  let repairs = 0;
  let carry: Buffer | undefined;

  const nameOf = (data: Buffer, from: number, to: number, hash: number): string => {
    const known = knownNames.get(hash);
    if (known !== undefined && known.length === to - from) {
      let at = 0;
      while (at < known.length && known.charCodeAt(at) === data[from + at]) at += 1;
      if (at === known.length) return known;
    }
    const name = data.toString('utf8', from, to);
    if (knownNames.size < mostNames) knownNames.set(hash, name);
    return name;
  };

  const emitText = (data: Buffer, from: number, to: number, cdata: boolean): void => {
    if (to > from && depth > 0 && skippedAt === 0 && !rootClosed) events.text(data, from, to, cdata);
  };

  const openElement = (data: Buffer, from: number, to: number, hash: number): void => {
    if (depth === deepest) {
      repairs += 1;
      return;
    }
    hashes[depth] = hash;
    depth += 1;
    if (skippedAt !== 0) return;
    const name = nameOf(data, from, to, hash);
    open[depth - 1] = name;
    const wanted = events.open(name);
    if (wanted === 'skip') skippedAt = depth;
    else if (wanted === 'skip-blindly') {
      skippedAt = depth;
      blindEnd = Buffer.from(`</${name}>`);
    }
  };

  const closeOne = (): void => {
    if (skippedAt === 0) events.close(open[depth - 1] ?? '');
    else if (skippedAt === depth) skippedAt = 0;
    depth -= 1;
  };

  const closeElement = (hash: number): void => {
    let at = depth;
    while (at > 1 && hashes[at - 1] !== hash) at -= 1;
    if (at <= 1) {
      if (depth > 0 && hashes[0] === hash) {
        repairs += depth - 1;
        while (depth > 1) closeOne();
        rootClosed = true;
      } else repairs += 1;
      return;
    }
    repairs += depth - at;
    while (depth >= at) closeOne();
  };

  /** Whether an object begins at `from`; `undefined` where more bytes are needed. */
  const isObjectStart = (data: Buffer, from: number): boolean | undefined => {
    const present = Math.min(objectStart.length, data.length - from);
    for (let at = 1; at < present; at += 1) if (data[from + at] !== objectStart[at]) return false;
    const digit = data[from + objectStart.length];
    return digit === undefined ? undefined : digit >= 0x30 && digit <= 0x39;
  };

  /** Closes what is still open where a new object begins; `false` where more bytes are needed to tell. */
  const endOpenObject = (data: Buffer, from: number): boolean => {
    const begins = depth > 1 && objectName !== '' && isObjectStart(data, from);
    if (begins === true) {
      repairs += depth - 1;
      while (depth > 1) closeOne();
    }
    return begins !== undefined;
  };

  /** Reads the tag at `from`; its end, `from` where it is no tag, -1 where more bytes are needed. */
  const readTag = (data: Buffer, from: number): number => {
    const closes = data[from + 1] === slash;
    const nameFrom = closes ? from + 2 : from + 1;
    let nameTo = nameFrom;
    let hash = 0;
    for (; nameTo < data.length && isNameByte[data[nameTo] ?? 0] === 1; nameTo += 1) {
      hash = (Math.imul(hash, 31) + (data[nameTo] ?? 0)) | 0;
    }
    const end = endOfTag(data, nameTo);
    if (end - from > longestTag) return from;
    if (end === data.length) return -1;
    if (data[end] !== greaterThan || nameTo === nameFrom) return from;
    if (closes) closeElement(hash);
    else {
      if (!endOpenObject(data, from)) return -1;
      rootClosed = false;
      openElement(data, nameFrom, nameTo, hash);
      if (data[end - 1] === slash && end > nameTo) {
        blindEnd = undefined; // there is no end tag to look for
        closeElement(hash);
      }
    }
    return end + 1;
  };

  /** Reads what begins with `<`; the same answers as `readTag`. */
  const readMarkup = (data: Buffer, from: number): number => {
    const next = data[from + 1];
    if (next === undefined) return -1;
    if (next === 0x21 /* ! */) {
      const present = Math.min(cdataOpen.length, data.length - from);
      for (let at = 2; at < present; at += 1) if (data[from + at] !== cdataOpen[at]) return from;
      if (present < cdataOpen.length) return -1;
      inCdata = true;
      return from + cdataOpen.length;
    }
    if (next === 0x3f /* ? */ && depth === 0) {
      const end = data.subarray(from, from + longestTag).indexOf('?>');
      if (end >= 0) return from + end + 2;
      return data.length - from > longestTag ? from : -1;
    }
    return readTag(data, from);
  };

  /** Reads as far as it can; where the unread rest begins. */
  const scan = (data: Buffer): number => {
    let at = 0;
    while (at < data.length) {
      if (blindEnd !== undefined) {
        const end = data.indexOf(blindEnd, at);
        if (end < 0) return Math.max(at, data.length - blindEnd.length + 1);
        blindEnd = undefined;
        at = end;
      }
      if (inCdata) {
        const end = findCdataClose(data, at);
        if (end < 0) {
          const whole = wholeTextEnd(data, at, Math.max(at, data.length - 2), true);
          emitText(data, at, whole, true);
          return whole;
        }
        emitText(data, at, end, true);
        inCdata = false;
        at = end + cdataClose.length;
        continue;
      }
      const tagAt = findByte(data, lessThan, at);
      if (tagAt < 0) {
        const whole = wholeTextEnd(data, at, data.length, false);
        emitText(data, at, whole, false);
        return whole;
      }
      emitText(data, at, tagAt, false);
      const next = readMarkup(data, tagAt);
      if (next === -1) return tagAt;
      if (next === tagAt) {
        repairs += 1;
        emitText(data, tagAt, tagAt + 1, false);
      }
      at = Math.max(next, tagAt + 1);
    }
    return at;
  };

  return {
    push(chunk) {
      const data = carry === undefined ? chunk : Buffer.concat([carry, chunk]);
      const readTo = scan(data);
      carry = readTo < data.length ? Buffer.from(data.subarray(readTo)) : undefined;
    },
    finish() {
      if (carry !== undefined) emitText(carry, 0, carry.length, inCdata);
      const result = depth === 0 ? 'empty' : rootClosed && carry === undefined ? 'complete' : 'truncated';
      if (result === 'complete') events.close(open[0] ?? '');
      return result;
    },
    repairs: () => repairs,
  };
};
