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
  type VmAmounts,
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

/** The hour that a moment lies in, and between which moments that is. */
export const hourAround = (at: number, calendar: Calendar) => {
  const hour = hourOf(at, calendar);
  const from = hour - calendar.wallOffsetMs;
  return { hour, from, to: from + hourMs };
};

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
  readonly vms: Mutable<VmRow>[];
  readonly hosts: Map<number, Mutable<HostRow>>;
  /** The last row of each VM: as a rule its only one. */
  readonly lastOfVm: Map<number, Mutable<VmRow>>;
  /** All rows; made when a VM has several. */
  byKey: Map<string, Mutable<VmRow>> | undefined;
}

/** Takes amounts one by one; the batch that it began with is not changed. */
export interface Booking {
  /** The row to add to. */
  openVm(hour: number, vmId: number, hostId: number, who: VmIdentity): Mutable<VmRow>;
  addHost(hour: number, hostId: number, identity: HostIdentity, amounts: HostAmounts): void;
  finish(): Batch;
}

const vmKey = (vmId: number, hostId: number, { owner, group }: VmIdentity): string =>
  `${vmId} ${hostId} ${owner}\0${group}`;

const isSameRow = (row: VmRow, hostId: number, { owner, group }: VmIdentity): boolean =>
  row.hostId === hostId && row.owner === owner && row.group === group;

/** With its fields one by one: thousands of rows are copied at each step, much faster than by a spread. */
const copyRow = (row: VmRow): Mutable<VmRow> => ({
  vmId: row.vmId,
  hostId: row.hostId,
  name: row.name,
  owner: row.owner,
  group: row.group,
  flavour: row.flavour,
  labels: row.labels,
  own: row.own,
  share: row.share,
  measuredMs: row.measuredMs,
  unmeasuredMs: row.unmeasuredMs,
  lifeMs: row.lifeMs,
  gpu: row.gpu,
  gpuMs: row.gpuMs,
});

const addRow = (
  { vms, byKey, lastOfVm }: OpenHour,
  vmId: number,
  hostId: number,
  { name, owner, group, flavour, labels }: VmIdentity,
): Mutable<VmRow> => {
  const row = copyRow({ ...noAmounts, vmId, hostId, name, owner, group, flavour, labels });
  vms.push(row);
  byKey?.set(vmKey(vmId, hostId, row), row);
  lastOfVm.set(vmId, row);
  return row;
};

const rowIn = (open: OpenHour, vmId: number, hostId: number, who: VmIdentity): Mutable<VmRow> => {
  const last = open.lastOfVm.get(vmId);
  if (last === undefined) return addRow(open, vmId, hostId, who);
  if (isSameRow(last, hostId, who)) return last;
  open.byKey ??= new Map(open.vms.map((row) => [vmKey(row.vmId, row.hostId, row), row]));
  const known = open.byKey.get(vmKey(vmId, hostId, who));
  if (known === undefined) return addRow(open, vmId, hostId, who);
  open.lastOfVm.set(vmId, known);
  return known;
};

/** Adds in place: a large cloud has many. */
export const addVmAmounts = (to: Mutable<VmAmounts>, added: VmAmounts): void => {
  to.own += added.own;
  to.share += added.share;
  to.measuredMs += added.measuredMs;
  to.unmeasuredMs += added.unmeasuredMs;
  to.lifeMs += added.lifeMs;
  to.gpu += added.gpu;
  to.gpuMs += added.gpuMs;
};
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
  const opened = new Map<number, OpenHour>();
  const openHour = (hour: number): OpenHour => {
    const known = opened.get(hour);
    if (known !== undefined) return known;
    const before = batch.hours.get(hour);
    const open: OpenHour = {
      vms: [],
      hosts: new Map(),
      policies: withPolicy(before?.policies ?? [], policy),
      lastOfVm: new Map(),
      byKey: undefined,
    };
    for (const row of before?.vms ?? []) {
      const copy = copyRow(row);
      open.vms.push(copy);
      open.lastOfVm.set(row.vmId, copy);
    }
    for (const [id, row] of before?.hosts ?? []) open.hosts.set(id, { ...row });
    opened.set(hour, open);
    return open;
  };
  return {
    openVm(hour, vmId, hostId, who) {
      const row = rowIn(openHour(hour), vmId, hostId, who);
      row.name = who.name;
      row.flavour = who.flavour;
      row.labels = who.labels;
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
    finish() {
      const hours = new Map(batch.hours);
      for (const [hour, { vms, hosts, policies }] of opened) hours.set(hour, { vms, hosts, policies });
      return { sequence: batch.sequence, hours };
    },
  };
};
