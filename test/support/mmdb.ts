/**
 * Writes small databases in the MMDB format (https://maxmind.github.io/MaxMind-DB/), version 2.0: a binary tree
 * over the bits of addresses, a data section, and the metadata behind a marker.
 */
import ipaddr from 'ipaddr.js';

/** A number is written as a double; `{ uint }` as an unsigned integer, `{ float }` in four bytes. */
export type MmdbValue =
  | string
  | number
  | { readonly uint: number }
  | { readonly float: number }
  | { readonly [key: string]: MmdbValue };

const control = (type: number, size: number): Buffer => {
  const [first, extended] = type > 7 ? [0, Buffer.from([type - 7])] : [type << 5, Buffer.alloc(0)];
  if (size < 29) return Buffer.concat([Buffer.from([first | size]), extended]);
  if (size >= 29 + 256) throw new Error('a value of a test database is too long');
  return Buffer.concat([Buffer.from([first | 29]), extended, Buffer.from([size - 29])]);
};

const encode = (value: MmdbValue): Buffer => {
  if (typeof value === 'string') {
    const bytes = Buffer.from(value);
    return Buffer.concat([control(2, bytes.length), bytes]);
  }
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value);
    return Buffer.concat([control(3, 8), bytes]);
  }
  if ('uint' in value && typeof value.uint === 'number') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value.uint);
    return Buffer.concat([control(6, 4), bytes]);
  }
  if ('float' in value && typeof value.float === 'number') {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatBE(value.float);
    return Buffer.concat([control(15, 4), bytes]);
  }
  const entries = Object.entries(value as Readonly<Record<string, MmdbValue>>);
  return Buffer.concat([
    control(7, entries.length),
    ...entries.flatMap(([key, one]) => [encode(key), encode(one)]),
  ]);
};

type Node = [Node | number | undefined, Node | number | undefined];

const bitsOf = (network: string, ipVersion: 4 | 6): readonly number[] => {
  const [address, length] = ipaddr.parseCIDR(network);
  const bytes = address.toByteArray();
  const isMapped = ipVersion === 6 && bytes.length === 4;
  const all = isMapped ? [...new Array<number>(12).fill(0), ...bytes] : bytes;
  return all
    .flatMap((byte) => [7, 6, 5, 4, 3, 2, 1, 0].map((bit) => (byte >> bit) & 1))
    .slice(0, length + (isMapped ? 96 : 0));
};

/**
 * @param records what the database knows, by network in CIDR notation; IPv4 networks stand in the first 2^32
 *   addresses of a database for IPv6
 * @param builtAt seconds since 1970
 */
export const makeMmdb = (
  ipVersion: 4 | 6,
  records: Readonly<Record<string, MmdbValue>>,
  builtAt = 1_700_000_000,
): Buffer => {
  const root: Node = [undefined, undefined];
  const data: Buffer[] = [];
  let dataBytes = 0;
  for (const [network, record] of Object.entries(records)) {
    const bits = bitsOf(network, ipVersion);
    let at = root;
    for (const bit of bits.slice(0, -1)) {
      const next = at[bit as 0 | 1];
      if (typeof next === 'object') at = next;
      else {
        const made: Node = [undefined, undefined];
        at[bit as 0 | 1] = made;
        at = made;
      }
    }
    at[(bits.at(-1) ?? 0) as 0 | 1] = dataBytes;
    const bytes = encode(record);
    data.push(bytes);
    dataBytes += bytes.length;
  }
  const nodes: Node[] = [root];
  for (let at = 0; at < nodes.length; at += 1) {
    for (const child of nodes[at] ?? []) if (typeof child === 'object') nodes.push(child);
  }
  const numbers = new Map(nodes.map((node, number) => [node, number]));
  const tree = Buffer.alloc(nodes.length * 6);
  nodes.forEach((node, number) => {
    node.forEach((child, side) => {
      const unknown = nodes.length;
      const value =
        child === undefined
          ? unknown
          : typeof child === 'number'
            ? nodes.length + 16 + child
            : (numbers.get(child) ?? unknown);
      tree.writeUIntBE(value, number * 6 + side * 3, 3);
    });
  });
  const metadata = encode({
    binary_format_major_version: { uint: 2 },
    binary_format_minor_version: { uint: 0 },
    build_epoch: { uint: builtAt },
    database_type: 'Test-City',
    description: { en: 'a test database' },
    ip_version: { uint: ipVersion },
    node_count: { uint: nodes.length },
    record_size: { uint: 24 },
  });
  const marker = Buffer.concat([Buffer.from([0xab, 0xcd, 0xef]), Buffer.from('MaxMind.com')]);
  return Buffer.concat([tree, Buffer.alloc(16), ...data, marker, metadata]);
};
