/**
 * Writes a limit into a WebAssembly module: how far its memory may grow. The engine keeps it; what asks for
 * more gets none, as on a machine that has none.
 *
 * https://webassembly.github.io/spec/core/binary/modules.html: sections of (id, size, content); section 5 is
 * the memories, each (flags, minimum, maximum if flag 1), in pages of 64 KiB; numbers are LEB128.
 */
const memorySection = 5;
const headerLength = 8;

const encodeNumber = (value: number): readonly number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...encodeNumber(value >>> 7)];

const readNumber = (bytes: Uint8Array, from: number): { readonly value: number; readonly end: number } => {
  let [value, shift, at] = [0, 0, from];
  for (;;) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * 2 ** shift;
    shift += 7;
    at += 1;
    if (byte < 0x80) return { value, end: at };
  }
};

/** The module with the limit; fails where it does not have exactly one memory without one. */
export const limitWasmMemory = (module: Uint8Array, mostPages: number): Uint8Array => {
  for (let at = headerLength; at < module.length; ) {
    const id = module[at];
    const { value: size, end: contentAt } = readNumber(module, at + 1);
    const end = contentAt + size;
    if (id === memorySection) {
      const [count, flags] = module.subarray(contentAt, contentAt + 2);
      if (count !== 1 || flags !== 0) throw new Error('the module must have one memory that has no limit');
      const { value: leastPages } = readNumber(module, contentAt + 2);
      const content = [1, 1, ...encodeNumber(leastPages), ...encodeNumber(mostPages)];
      const section = Uint8Array.from([memorySection, ...encodeNumber(content.length), ...content]);
      return Buffer.concat([module.subarray(0, at), section, module.subarray(end)]);
    }
    at = end;
  }
  throw new Error('the module has no memory');
};
