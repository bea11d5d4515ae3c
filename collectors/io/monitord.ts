/** Sends messages to monitord, over UDP, encrypted as its configuration says. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import dgram from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { isMissing } from '../../lib/errors/system-error.ts';
import { parseTemplate } from '../../lib/one/oned-template.ts';
import { collectorError } from '../errors.ts';
import type { MonitoringAddress } from '../monitoring-options.ts';

/** monitord's socket has room for some dozen datagrams, and it writes each VM into its database. */
const mostPauseMs = 50;

/** Fails with MONITORING_KEY where what monitord expects cannot be known or done. */
export const readKey = async (configFile: string): Promise<KeyObject | undefined> => {
  const fail = (file: string, detail: string, cause?: unknown) =>
    collectorError('MONITORING_KEY', { path: file, detail }, cause);
  const text = await readFile(configFile, 'latin1').catch((thrown: unknown) => {
    if (isMissing(thrown)) return ''; // monitord runs elsewhere, or as it comes
    throw fail(configFile, reasonOf(thrown), thrown);
  });
  const { attributes, problem } = parseTemplate(text);
  if (problem !== undefined) throw fail(configFile, problem);
  const network = attributes.findLast(({ name }) => name === 'NETWORK');
  const file = network?.vector?.get('PUBKEY')?.text ?? '';
  if (file === '') return undefined;
  try {
    const key = createPublicKey(await readFile(path.resolve(path.dirname(configFile), file)));
    if (key.asymmetricKeyType !== 'rsa') throw new Error('it is no RSA key');
    return key;
  } catch (thrown) {
    throw fail(file, reasonOf(thrown), thrown);
  }
};

/**
 * Sends them one after the other, with pauses that sum to `overMs` at most, while it may. Fails where nobody listens.
 */
export const sendMessages = async (
  messages: readonly string[],
  { host, port }: MonitoringAddress,
  overMs: () => number,
  mayGoOn: () => boolean,
): Promise<void> => {
  const found = await lookup(host, { all: true });
  // A name may have both: monitord as it comes listens on IPv4 alone.
  const { address, family } = found.find((one) => one.family === 4) ??
    found[0] ?? { address: host, family: 4 };
  const socket = dgram.createSocket({ type: family === 6 ? 'udp6' : 'udp4' });
  try {
    const connected = once(socket, 'connect');
    socket.connect(port, address);
    await connected;
    const failed = new Promise<never>((_, reject) => socket.once('error', reject));
    failed.catch(() => undefined);
    for (const message of messages) {
      if (!mayGoOn()) return;
      const sent = new Promise<void>((resolve, reject) =>
        socket.send(message, (error) => (error === null ? resolve() : reject(error))),
      );
      await Promise.race([sent, failed]);
      await Promise.race([pause(Math.min(mostPauseMs, overMs() / messages.length)), failed]);
    }
  } finally {
    socket.close();
  }
};
