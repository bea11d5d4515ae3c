/** Reads the zone's servers and asks each for its RAFT state; one that does not answer is `undefined`. */
import { allEnded } from '../../lib/io/concurrency.ts';
import { readDocument } from '../../lib/io/read-pool.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import {
  parseRaftStatus,
  parseZoneServers,
  type RaftStatus,
  raftShape,
  zoneShape,
} from '../../lib/one/zone.ts';
import type { HaStates } from '../collector.ts';

/** A server that is slow counts as one that does not answer: what is done on the leader must not wait for it. */
const raftTimeouts = { connectTimeoutMs: 1000, totalTimeoutMs: 2000 };

const readRaftStatus = async (client: XmlRpcClient, endpoint?: string): Promise<RaftStatus | undefined> => {
  try {
    const states = await readDocument(client, {
      method: 'one.zone.raftstatus',
      parameters: [],
      objectName: 'RAFT',
      shape: raftShape,
      parse: parseRaftStatus,
      options: { ...raftTimeouts, ...(endpoint === undefined ? {} : { endpoint: new URL(endpoint) }) },
    });
    return states[0];
  } catch {
    return undefined; // a member that cannot be asked is what the collector counts
  }
};

export const readHa = async (client: XmlRpcClient, fqdn: () => Promise<string>): Promise<HaStates> => {
  const zones = await readDocument(client, {
    method: 'one.zonepool.info',
    parameters: [],
    objectName: 'ZONE',
    shape: zoneShape,
    parse: parseZoneServers,
  });
  if (zones.flat().length === 0) return { fqdn: '', own: undefined, zones: [] };
  const [own, ...members] = await allEnded([
    readRaftStatus(client),
    ...zones.flat().map((server) => readRaftStatus(client, server.endpoint)),
  ]);
  let at = 0;
  const asked = zones.map((servers) => servers.map((server) => ({ ...server, status: members[at++] })));
  return { fqdn: await fqdn(), own, zones: asked };
};
