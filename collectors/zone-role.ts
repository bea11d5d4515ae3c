/**
 * Which part an exporter has in a highly available zone. The front-end that leads it keeps the accounts, pushes into the
 * monitoring of VMs and writes into the templates of hosts; the others do not.
 *
 * A front-end that cannot reach a majority of its zone does none of that: another may have been elected meanwhile. A
 * server whose term is later than ours has voted in an election after ours, so it is not of our majority.
 */
import { type RaftMember, type RaftStatus, raftState } from '../lib/one/zone.ts';
import type { HaStates } from './collector.ts';

export type ZoneRole =
  | { readonly kind: 'alone' }
  | {
      readonly kind: 'leader';
      readonly serverId: number;
      readonly term: number;
      readonly others: readonly RaftMember[];
    }
  | { readonly kind: 'follower'; readonly serverId: number; readonly leader: RaftMember }
  /** Neither: the reason is for the log. */
  | { readonly kind: 'none'; readonly reason: string };

const isIn = (status: RaftStatus | undefined, state: number): status is RaftStatus => status?.state === state;

/** Servers of several zones have the same numbers: ours is the one that says what our own oned says. */
const ownZoneOf = ({ zones }: HaStates, own: RaftStatus): readonly RaftMember[] | undefined => {
  const possible = zones.filter((members) => members.some(({ id }) => id === own.serverId));
  const isOurs = ({ status }: RaftMember): boolean =>
    status?.serverId === own.serverId && status.term === own.term && status.state === own.state;
  return possible.length > 1 ? possible.find((members) => members.some(isOurs)) : possible[0];
};

const leaderRole = (members: readonly RaftMember[], own: RaftStatus): ZoneRole => {
  const { serverId, term } = own;
  const others = members.filter(({ id }) => id !== serverId);
  const rival = others.find(({ status }) => isIn(status, raftState.leader) && status.term >= term);
  if (rival !== undefined)
    return { kind: 'none', reason: `server ${rival.name} says that it leads the zone, too` };
  const heard =
    others.filter(({ status }) => isIn(status, raftState.follower) && status.term <= term).length + 1;
  return heard * 2 > members.length
    ? { kind: 'leader', serverId, term, others }
    : {
        kind: 'none',
        reason: `only ${heard} of the ${members.length} servers of the zone say that they follow this one`,
      };
};

const followerRole = (members: readonly RaftMember[], { serverId }: RaftStatus): ZoneRole => {
  const leader = members
    .filter(({ id, status }) => id !== serverId && isIn(status, raftState.leader))
    .sort((one, other) => (other.status?.term ?? 0) - (one.status?.term ?? 0))[0];
  return leader === undefined
    ? { kind: 'none', reason: 'no server of the zone says that it leads it' }
    : { kind: 'follower', serverId, leader };
};

export const zoneRoleOf = (ha: HaStates): ZoneRole => {
  const { own, zones } = ha;
  if (zones.every((members) => members.length < 2) || own?.serverId === -1) return { kind: 'alone' };
  if (own === undefined) return { kind: 'none', reason: 'oned does not tell its RAFT state' };
  const members = ownZoneOf(ha, own);
  if (members === undefined)
    return { kind: 'none', reason: `no zone has a server ${own.serverId} that this front-end could be` };
  if (members.length < 2) return { kind: 'alone' };
  if (own.state === raftState.leader) return leaderRole(members, own);
  return own.state === raftState.follower
    ? followerRole(members, own)
    : { kind: 'none', reason: 'the zone elects its leader' };
};

/** Whether this front-end writes what one alone may write: it leads its zone, or is the only one. */
export const isWriter = ({ kind }: ZoneRole): boolean => kind === 'alone' || kind === 'leader';
