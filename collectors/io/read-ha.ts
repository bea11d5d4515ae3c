/** Reads the zone's servers and asks each for its RAFT state; one that does not answer is `undefined`. */
import { readDocument } from '../../lib/io/read-pool.ts';
import type { XmlRpcClient } from '../../lib/io/xml-rpc-client.ts';
import { parseRaftState, parseZoneServers, raftShape, zoneShape } from '../../lib/one/zone.ts';
import type { HaStates } from '../collector.ts';

const raftTimeouts = { connectTimeoutMs: 1000, totalTimeoutMs: 5000 };

const readRaftState = async (client: XmlRpcClient, endpoint?: string): Promise<number | undefined> => {
  try {
    const states = await readDocument(client, {
      method: 'one.zone.raftstatus',
      parameters: [],
      objectName: 'RAFT',
      shape: raftShape,
      parse: parseRaftState,
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
  const servers = zones.flat();
  if (servers.length === 0) return { fqdn: '', memberStates: [], ownState: undefined };
  const [ownState, ...memberStates] = await Promise.all([
    readRaftState(client),
    ...servers.map((server) => readRaftState(client, server.endpoint)),
  ]);
  return { fqdn: await fqdn(), memberStates, ownState };
};
