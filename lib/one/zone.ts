/** Zones (one.zonepool.info) and the RAFT state of their servers (one.zone.raftstatus). */
import {
  childOf,
  childrenOf,
  type OneElement,
  parseInteger,
  shapeOf,
  text,
  textAt,
} from './document-reader.ts';

export interface ZoneServer {
  readonly id: number | undefined;
  readonly name: string;
  /** The server's own XML-RPC endpoint. */
  readonly endpoint: string;
}

export const zoneShape = shapeOf({
  ID: text,
  NAME: text,
  SERVER_POOL: { SERVER: { ID: text, NAME: text, ENDPOINT: text } },
});

export const raftShape = shapeOf({ STATE: text });

/** RAFT states as include/RaftManager.h numbers them. */
export const raftState = { follower: 2, leader: 3 } as const;

/** The servers of a zone; a zone that is not highly available has none. */
export const parseZoneServers = (element: OneElement): readonly ZoneServer[] =>
  childrenOf(childOf(element, 'SERVER_POOL'), 'SERVER').map((server) => ({
    id: parseInteger(textAt(server, 'ID')),
    name: textAt(server, 'NAME') ?? '',
    endpoint: textAt(server, 'ENDPOINT') ?? '',
  }));

export const parseRaftState = (element: OneElement): number | undefined =>
  parseInteger(textAt(element, 'STATE'));
