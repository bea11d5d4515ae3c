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

export const raftShape = shapeOf({ SERVER_ID: text, STATE: text, TERM: text });

/** What a server says of itself. */
export interface RaftStatus {
  /** -1 where it is the only one of its zone. */
  readonly serverId: number;
  readonly state: number;
  /** Which election its leader comes from: a later leader has a higher one. */
  readonly term: number;
}

/** A server of a zone, and what it says; `undefined` where it does not answer. */
export interface RaftMember extends ZoneServer {
  readonly status: RaftStatus | undefined;
}

/** RAFT states as include/RaftManager.h numbers them. */
export const raftState = { follower: 2, leader: 3 } as const;

/** The servers of a zone; a zone that is not highly available has none. */
export const parseZoneServers = (element: OneElement): readonly ZoneServer[] =>
  childrenOf(childOf(element, 'SERVER_POOL'), 'SERVER').map((server) => ({
    id: parseInteger(textAt(server, 'ID')),
    name: textAt(server, 'NAME') ?? '',
    endpoint: textAt(server, 'ENDPOINT') ?? '',
  }));

export const parseRaftStatus = (element: OneElement): RaftStatus | undefined => {
  const state = parseInteger(textAt(element, 'STATE'));
  if (state === undefined) return undefined;
  const serverId = parseInteger(textAt(element, 'SERVER_ID')) ?? -1;
  return { serverId, state, term: parseInteger(textAt(element, 'TERM')) ?? 0 };
};
