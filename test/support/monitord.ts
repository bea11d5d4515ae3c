/** What monitord takes from a message, read as its own parser does: header, base64, zlib, RSA, template. */
import { constants, type KeyObject, privateDecrypt } from 'node:crypto';
import dgram from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { inflateSync } from 'node:zlib';
import { parseTemplate } from '../../lib/one/oned-template.ts';

export interface MonitorMessage {
  readonly kind: string;
  readonly hostId: number;
  readonly timestamp: number;
  readonly bytes: number;
  /** By VM id. */
  readonly vms: ReadonlyMap<number, Readonly<Record<string, string>>>;
}

/** PKCS #1 by hand, as Node's takes the name of it for an attack: 0, 2, random bytes that are not 0, 0, the text. */
const withoutPadding = (block: Buffer): Buffer => {
  if (block[0] !== 0 || block[1] !== 2) throw new Error('it is not encrypted with this key');
  return block.subarray(block.indexOf(0, 2) + 1);
};

const decrypt = (data: Buffer, key: KeyObject): Buffer => {
  const blockBytes = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  const blocks = Array.from({ length: data.length / blockBytes }, (_, at) =>
    withoutPadding(
      privateDecrypt(
        { key, padding: constants.RSA_NO_PADDING },
        data.subarray(at * blockBytes, (at + 1) * blockBytes),
      ),
    ),
  );
  return Buffer.concat(blocks);
};

const recordOf = (text: string): Readonly<Record<string, string>> => {
  const { attributes, problem } = parseTemplate(text);
  if (problem !== undefined) throw new Error(problem);
  return Object.fromEntries(attributes.map(({ name, single }) => [name, single?.text ?? '']));
};

export const readMonitorMessage = (message: string, key?: KeyObject): MonitorMessage => {
  const [, kind = '', hostId, timestamp, packed = ''] =
    /^([A-Z_]+) SUCCESS (-?\d+) (\d+) ([A-Za-z0-9+/]+=*)$/.exec(message) ?? [];
  const data = inflateSync(Buffer.from(packed, 'base64'));
  const { attributes, problem } = parseTemplate(
    (key === undefined ? data : decrypt(data, key)).toString('latin1'),
  );
  if (problem !== undefined) throw new Error(problem);
  const vms = attributes.map(({ vector }) => {
    const monitor = Buffer.from(vector?.get('MONITOR')?.text ?? '', 'base64').toString('latin1');
    return [Number(vector?.get('ID')?.text), recordOf(monitor)] as const;
  });
  return {
    kind,
    hostId: Number(hostId),
    timestamp: Number(timestamp),
    bytes: Buffer.byteLength(message),
    vms: new Map(vms),
  };
};

/** Listens as monitord does. */
export const startMonitord = async (key?: KeyObject) => {
  const socket = dgram.createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const received: MonitorMessage[] = [];
  let onMessage = (): void => undefined;
  socket.on('message', (data) => {
    received.push(readMonitorMessage(data.toString('latin1'), key));
    onMessage();
  });
  return {
    address: `127.0.0.1:${(socket.address() as AddressInfo).port}`,
    received,
    /** Resolves with the first message, of those that came and will come, for which this holds. */
    until: (holds: (message: MonitorMessage) => boolean): Promise<MonitorMessage> =>
      new Promise((resolve) => {
        onMessage = () => {
          const found = received.find(holds);
          if (found !== undefined) resolve(found);
        };
        onMessage();
      }),
    close: (): Promise<void> => new Promise((resolve) => socket.close(() => resolve())),
  };
};
