/** Adds amounts to the hours that they belong to. */
import {
  type Batch,
  type HostAmounts,
  type HostIdentity,
  type HostRow,
  type HourRows,
  noAmounts,
  noHostAmounts,
  type Policy,
  type VmIdentity,
  type VmRow,
} from './accounts.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A longer time is cut where days begin: after a long stop of the exporter each VM would get a row for each hour. */
const longestByHour = dayMs;
/** A still longer one belongs to its first hour: no clock is right that says so. */
const longestByDay = 100 * dayMs;

/** Where hours begin: those of the front-end's clock on the wall. */
export interface Calendar {
  /** What the clock on the wall is ahead of the exporter's, which never steps; whole milliseconds. */
  readonly wallOffsetMs: number;
  /** What local time is ahead of UTC. */
  readonly zoneOffsetMs: number;
}

export interface Piece {
  /** Beginning of the hour, in milliseconds since 1970. */
  readonly hour: number;
  readonly lengthMs: number;
}

const beginOf = (local: number, unit: number): number => Math.floor(local / unit) * unit;

/** The hour of a moment. */
export const hourOf = (at: number, { wallOffsetMs, zoneOffsetMs }: Calendar): number =>
  beginOf(at + wallOffsetMs + zoneOffsetMs, hourMs) - zoneOffsetMs;

const pieceLength = (lengthMs: number): number => {
  if (lengthMs <= longestByHour) return hourMs;
  return lengthMs <= longestByDay ? dayMs : Number.POSITIVE_INFINITY;
};

/** The time between two moments, cut where hours begin. */
export const piecesBetween = (from: number, to: number, calendar: Calendar): readonly Piece[] => {
  const { wallOffsetMs, zoneOffsetMs } = calendar;
  const length = pieceLength(to - from);
  const pieces: Piece[] = [];
  let at = from;
  while (at < to) {
    const local = at + wallOffsetMs + zoneOffsetMs;
    const end = Number.isFinite(length) ? Math.min(to, at + beginOf(local, length) + length - local) : to;
    pieces.push({ hour: hourOf(at, calendar), lengthMs: end - at });
    at = end;
  }
  return pieces;
};

export type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };
interface OpenHour extends HourRows {
  readonly vms: Map<string, Mutable<VmRow>>;
  readonly hosts: Map<number, Mutable<HostRow>>;
}

export type RowIdentity = VmIdentity & Pick<VmRow, 'vmId' | 'hostId'>;

/** Takes amounts one by one; the batch that it began with is not changed. */
export interface Booking {
  /** The row to add to. */
  openVm(hour: number, identity: RowIdentity): Mutable<VmRow>;
  addHost(hour: number, hostId: number, identity: HostIdentity, amounts: HostAmounts): void;
  finish(): Batch;
}

export const vmKey = ({
  vmId,
  hostId,
  owner,
  group,
}: Omit<RowIdentity, 'name' | 'flavour' | 'labels'>): string => `${vmId} ${hostId} ${owner}\0${group}`;

/** Adds in place: a large cloud has many. */
export const addHostAmounts = (to: Mutable<HostAmounts>, added: HostAmounts): void => {
  to.total += added.total;
  to.rest += added.rest;
  to.measuredMs += added.measuredMs;
  to.supplyBase += added.supplyBase;
  to.supply += added.supply;
  to.pueBase += added.pueBase;
  to.pue += added.pue;
};

const withPolicy = (policies: readonly Policy[], { attribution, idle }: Policy): readonly Policy[] =>
  policies.some((one) => one.attribution === attribution && one.idle === idle)
    ? policies
    : [...policies, { attribution, idle }];

/** @param policy the rules of what is added */
export const createBooking = (batch: Batch, policy: Policy): Booking => {
  const hours = new Map<number, HourRows>(batch.hours);
  const opened = new Map<number, OpenHour>();
  const openHour = (hour: number): OpenHour => {
    const known = opened.get(hour);
    if (known !== undefined) return known;
    const before = hours.get(hour);
    const open: OpenHour = {
      vms: new Map([...(before?.vms ?? [])].map(([key, row]) => [key, { ...row }])),
      hosts: new Map([...(before?.hosts ?? [])].map(([id, row]) => [id, { ...row }])),
      policies: withPolicy(before?.policies ?? [], policy),
    };
    opened.set(hour, open);
    hours.set(hour, open);
    return open;
  };
  return {
    openVm(hour, identity) {
      const { vms } = openHour(hour);
      const key = vmKey(identity);
      const known = vms.get(key);
      const row = known ?? { ...identity, ...noAmounts };
      if (known === undefined) vms.set(key, row);
      row.name = identity.name;
      row.flavour = identity.flavour;
      row.labels = identity.labels;
      return row;
    },
    addHost(hour, hostId, { name, cluster, gridZone }, amounts) {
      const { hosts } = openHour(hour);
      const known = hosts.get(hostId);
      const row = known ?? { hostId, name, cluster, gridZone, ...noHostAmounts };
      if (known === undefined) hosts.set(hostId, row);
      row.name = name;
      row.cluster = cluster;
      row.gridZone = gridZone;
      addHostAmounts(row, amounts);
    },
    finish: () => ({ sequence: batch.sequence, hours }),
  };
};
