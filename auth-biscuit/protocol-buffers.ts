/**
 * As much of protocol buffers' encoding as a token's outermost layer is written in: numbers and bytes.
 * https://protobuf.dev/programming-guides/encoding/
 */

export interface Field {
  readonly number: number;
  readonly value: number | Uint8Array;
}

const notEncoded = (): Error => new Error('it is not a token');

const readNumber = (bytes: Uint8Array, from: number): { readonly value: number; readonly end: number } => {
  let value = 0;
  // Five bytes hold the 32 bits that any number of a token's outermost layer has.
  for (let at = from; at < bytes.length && at < from + 5; at += 1) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * (at - from));
    if (byte < 0x80 && value <= 0xffff_ffff) return { value, end: at + 1 };
  }
  throw notEncoded();
};

/** The fields of a message, in their order; fails with an Error where the bytes are none. */
export const readFields = (bytes: Uint8Array): readonly Field[] => {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = readNumber(bytes, at);
    const { value, end } = readNumber(bytes, tag.end);
    const kind = tag.value & 7;
    if (kind !== 0 && kind !== 2) throw notEncoded();
    if (kind === 2 && end + value > bytes.length) throw notEncoded();
    at = kind === 2 ? end + value : end;
    fields.push({ number: tag.value >>> 3, value: kind === 2 ? bytes.subarray(end, at) : value });
  }
  return fields;
};

const formatNumber = (value: number): readonly number[] =>
  value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...formatNumber(Math.floor(value / 0x80))];

/** The shortest encoding, in the order given; a field without a value is left out. */
export const formatFields = (
  fields: readonly { readonly number: number; readonly value: number | Uint8Array | undefined }[],
): Uint8Array =>
  Buffer.concat(
    fields.flatMap(({ number, value }) => {
      if (value === undefined) return [];
      if (typeof value === 'number')
        return [Buffer.from([...formatNumber(number * 8), ...formatNumber(value)])];
      return [Buffer.from([...formatNumber(number * 8 + 2), ...formatNumber(value.length)]), value];
    }),
  );
