/** Bytes of a capture by what carried them: libpcap's file format, Ethernet, IPv4. */
import { readFileSync } from 'node:fs';

export interface CableBytes {
  readonly vxlan: number;
  /** QEMU's streams of memory and disks, which libvirt puts on ports 49152 to 49215. */
  readonly migration: number;
  readonly other: number;
}

const [fileHeader, recordHeader] = [24, 16];

const kindOf = (packet: Buffer): keyof CableBytes => {
  if (packet.length < 38 || packet.readUInt16BE(12) !== 0x0800) return 'other';
  const [protocol, transport] = [packet[23], 14 + ((packet[14] ?? 0) & 15) * 4];
  const ports = [packet.readUInt16BE(transport), packet.readUInt16BE(transport + 2)];
  if (protocol === 17 && ports[1] === 4789) return 'vxlan';
  // The kernel may give a client of ssh any port up to 60999.
  const isSsh = ports.includes(22);
  const isQemu = ports.some((port) => port >= 49152 && port < 49216);
  return protocol === 6 && isQemu && !isSsh ? 'migration' : 'other';
};

/** @param file little-endian, as tcpdump writes it here */
export const readCableBytes = (file: string): CableBytes => {
  const capture = readFileSync(file);
  const bytes = { vxlan: 0, migration: 0, other: 0 };
  let at = fileHeader;
  while (at + recordHeader <= capture.length) {
    const [captured, original] = [capture.readUInt32LE(at + 8), capture.readUInt32LE(at + 12)];
    const packet = capture.subarray(at + recordHeader, at + recordHeader + captured);
    bytes[kindOf(packet)] += original;
    at += recordHeader + captured;
  }
  return bytes;
};
