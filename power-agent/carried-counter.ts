/**
 * A guest's counter that comes along when its VM migrates: what the agent that the VM leaves says, and who may have sent
 * the VM (docs/adr/0024-counters-that-migrate.md).
 */
import { bracketHost } from '../lib/host-name.ts';

export interface CarriedCounter {
  readonly microjoules: number;
  /** Whether the VM still runs there; if not, the counter is the last one. */
  readonly isThere: boolean;
}

export const formatCarriedCounter = ({ microjoules, isThere }: CarriedCounter): string =>
  `${microjoules} ${isThere ? 'runs' : 'ended'}\n`;

/** `undefined` for what no agent says. */
export const parseCarriedCounter = (text: string): CarriedCounter | undefined => {
  const [, digits, state] = /^(\d{1,16}) (runs|ended)\n$/.exec(text) ?? [];
  const microjoules = Number(digits);
  return Number.isSafeInteger(microjoules) ? { microjoules, isThere: state === 'runs' } : undefined;
};

/** The kernel writes an address as hexadecimal words of 32 bits, each in the order of this machine. */
const parseAddress = (words: string): string => {
  const bytes = Buffer.from(words, 'hex').swap32();
  const tail = [...bytes.subarray(-4)].join('.');
  if (bytes.length === 4 || bytes.subarray(0, 12).toString('hex') === '00000000000000000000ffff') return tail;
  return (bytes.toString('hex').match(/.{4}/g) ?? []).join(':');
};

const established = '01';
const listening = '0A';

/** Who is connected to a port on which this host listens, from /proc/net/tcp and tcp6. */
export const parsePeers = (text: string): readonly string[] => {
  const sockets = text.matchAll(
    /^ *\d+: [0-9A-F]+:([0-9A-F]{4}) ([0-9A-F]{8}|[0-9A-F]{32}):[0-9A-F]{4} ([0-9A-F]{2}) /gm,
  );
  const all = [...sockets].map(([, port = '', peer = '', state = '']) => ({ port, peer, state }));
  const served = new Set(all.filter(({ state }) => state === listening).map(({ port }) => port));
  const peers = all.filter(({ port, state }) => state === established && served.has(port));
  return [...new Set(peers.map(({ peer }) => parseAddress(peer)))];
};

export interface CounterQuestion {
  readonly domain: string;
  readonly uuid: string;
  /** The counter that its guest finds here by now. */
  readonly microjoules: number;
  /** Of the agent that asks: it never answers itself. */
  readonly asker: string;
}

export const carriedCounterPath = '/guest-counter';

export const carriedCounterUrl = (
  { address, port }: { readonly address: string; readonly port: number },
  { domain, uuid, microjoules, asker }: CounterQuestion,
): URL => {
  const url = new URL(`http://${bracketHost(address)}:${port}${carriedCounterPath}`);
  url.search = new URLSearchParams({ domain, uuid, asker, have: String(microjoules) }).toString();
  return url;
};

/** `undefined` for what is no question. */
export const parseCounterQuestion = (query: URLSearchParams): CounterQuestion | undefined => {
  const [domain, uuid, asker] = ['domain', 'uuid', 'asker'].map((name) => query.get(name) ?? '');
  const microjoules = Number(query.get('have') ?? '0');
  if (domain === undefined || uuid === undefined || asker === undefined || domain === '' || uuid === '')
    return undefined;
  return Number.isSafeInteger(microjoules) ? { domain, uuid, asker, microjoules } : undefined;
};
