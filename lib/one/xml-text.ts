/** Decodes text of XML documents: the predefined entities and numeric references, nothing else. */

const lessThan = 0x3c;
const greaterThan = 0x3e;
const ampersand = 0x26;
const semicolon = 0x3b;

/** Bytes between `&` and `;`: nothing that XML predefines is longer. */
export const longestEntity = 12;

const namedEntities = new Map([
  ['lt', 0x3c],
  ['gt', 0x3e],
  ['amp', 0x26],
  ['quot', 0x22],
  ['apos', 0x27],
]);

/** The code point of an entity without its `&` and `;`, `undefined` for one that XML does not predefine. */
const codePointOf = (entity: string): number | undefined => {
  const named = namedEntities.get(entity);
  if (named !== undefined) return named;
  const digits = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(entity);
  if (digits === null) return undefined;
  const code = digits[1] === undefined ? Number(digits[2]) : Number.parseInt(digits[1], 16);
  return code <= 0x10ffff ? code : undefined;
};

/** The text of a piece as a string; unknown entities stay as they are. */
export const decodeText = (bytes: Buffer, from: number, to: number, cdata: boolean): string => {
  const text = bytes.toString('utf8', from, to);
  if (cdata || !text.includes('&')) return text;
  return text.replaceAll(/&([^&;]{1,10});/g, (whole, entity: string) => {
    const code = codePointOf(entity);
    return code === undefined ? whole : String.fromCodePoint(code);
  });
};

/**
 * Decodes text that is a document of its own (XML-RPC carries pools so) from `source` into `target`, which
 * must have room for `to - from` bytes. Returns the number of bytes written: never more than were read.
 */
export const decodeTextInto = (source: Buffer, from: number, to: number, target: Buffer): number => {
  let written = 0;
  let at = from;
  while (at < to) {
    const byte = source[at] ?? 0;
    at += 1;
    target[written] = byte;
    written += 1;
    if (byte !== ampersand) continue;
    const b0 = source[at];
    const b1 = source[at + 1];
    if ((b0 === 0x6c || b0 === 0x67) && b1 === 0x74 && source[at + 2] === semicolon) {
      target[written - 1] = b0 === 0x6c ? lessThan : greaterThan;
      at += 3;
      continue;
    }
    const end = source.subarray(at, Math.min(to, at + longestEntity)).indexOf(semicolon) + at;
    if (end < at) continue;
    const code = codePointOf(source.toString('latin1', at, end));
    if (code === undefined) continue;
    written += target.write(String.fromCodePoint(code), written - 1, 'utf8') - 1;
    at = end + 1;
  }
  return written;
};
