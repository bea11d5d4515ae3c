/**
 * Messages to monitord as OpenNebula's own monitoring client on a host writes them: MONITOR_VM, over UDP.
 *
 * Their time is 0: monitord takes none of them for out of order, and no clock of a host is moved by them.
 * Source: OpenNebula, src/im_mad/remotes/lib/monitord_client.rb and MonitorDriverProtocol.cc (6.10 to 7.4).
 */
import { constants, type KeyObject, publicEncrypt } from 'node:crypto';
import { constants as compression, deflateSync } from 'node:zlib';
import type { VmValues } from './vm-values.ts';

/** monitord reads 64 KiB of a datagram, and UDP carries a little less. */
const mostBytes = 65_000;
/** Of most VMs more than one message would fit into a datagram; monitord writes each of them into its database. */
const mostVms = 500;
/** PKCS #1 needs so many bytes of each block for itself. */
const paddingBytes = 11;

const formatVm = ({ vmId, attributes }: VmValues): string => {
  const lines = Object.entries(attributes).map(([name, value]) => `${name}="${value}"\n`);
  return `VM = [ ID="${vmId}", DEPLOY_ID="", MONITOR="${Buffer.from(lines.join('')).toString('base64')}" ]\n`;
};

const encrypt = (payload: Buffer, key: KeyObject): Buffer => {
  const blockBytes = Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8) - paddingBytes;
  const blocks: Buffer[] = [];
  for (let at = 0; at < payload.length; at += blockBytes)
    blocks.push(
      publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, payload.subarray(at, at + blockBytes)),
    );
  return Buffer.concat(blocks);
};

const formatMessage = (hostId: number, vms: readonly VmValues[], key: KeyObject | undefined): string => {
  const plain = Buffer.from(vms.map(formatVm).join(''));
  const payload = key === undefined ? plain : encrypt(plain, key);
  const packed = deflateSync(payload, { level: compression.Z_BEST_COMPRESSION });
  return `MONITOR_VM SUCCESS ${hostId} 0 ${packed.toString('base64')}`;
};

/** The messages for VMs of one host, each no longer than a datagram. */
const messagesOf = (
  hostId: number,
  vms: readonly VmValues[],
  key: KeyObject | undefined,
): readonly string[] => {
  const message = vms.length > mostVms ? '' : formatMessage(hostId, vms, key);
  if (message !== '' && message.length <= mostBytes) return [message];
  const half = Math.ceil(vms.length / 2);
  return [vms.slice(0, half), vms.slice(half)].flatMap((part) => messagesOf(hostId, part, key));
};

/** One message for each host, more where it has very many VMs. @param key encrypts what monitord has the key for */
export const formatMessages = (values: readonly VmValues[], key?: KeyObject): readonly string[] => {
  const byHost = new Map<number, VmValues[]>();
  for (const one of values) {
    const sameHost = byHost.get(one.hostId);
    if (sameHost === undefined) byHost.set(one.hostId, [one]);
    else sameHost.push(one);
  }
  return [...byHost].flatMap(([hostId, vms]) => messagesOf(hostId, vms, key));
};
