/** An archive in the format ustar (POSIX.1-1988): what goes to a hypervisor, the same bytes for the same files. */

export interface TarEntry {
  /** At most 100 bytes. */
  readonly path: string;
  readonly mode: number;
  readonly content: Buffer;
}

const blockBytes = 512;
const octal = (value: number, bytes: number): string => `${value.toString(8).padStart(bytes - 1, '0')}\0`;

const formatHeader = ({ path, mode, content }: TarEntry): Buffer => {
  if (Buffer.byteLength(path) > 100) throw new RangeError(`${path} is too long a name for ustar`);
  const header = Buffer.alloc(blockBytes);
  header.write(path, 0);
  header.write(octal(mode, 8) + octal(0, 8) + octal(0, 8) + octal(content.length, 12) + octal(0, 12), 100);
  header.write(' '.repeat(8), 148); // the checksum is that of a header with spaces in its place
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  header.write('root\0', 265);
  header.write('root\0', 297);
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  header.write(`${octal(checksum, 7)} `, 148);
  return header;
};

export const formatTar = (entries: readonly TarEntry[]): Buffer =>
  Buffer.concat([
    ...entries.flatMap((entry) => [
      formatHeader(entry),
      entry.content,
      Buffer.alloc((blockBytes - (entry.content.length % blockBytes)) % blockBytes),
    ]),
    Buffer.alloc(2 * blockBytes),
  ]);
