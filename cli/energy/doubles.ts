/**
 * What stands in two folders of accounts, so that no joule is in a report twice: an hour of a host that two exporters
 * have counted at the same time, and the accounts of one zone under the names of two.
 *
 * Folders of shards have each host once. They have it twice where two exporters ran at once that should not have, as one
 * with --shard and one without.
 */
import { createHash } from 'node:crypto';
import type { RowVisitor } from '../../collectors/accounts/rows.ts';
import type { ZoneFolder } from './zone-folders.ts';

const hourMs = 3_600_000;
/** Clocks are corrected, and an hour is a little longer then. */
const toleranceMs = 60_000;

/** An hour of a host that was measured for longer than it lasted. */
export interface Double {
  readonly hour: number;
  readonly hostId: number;
  /** Whose rows count: the folder that has measured the host for the longest part of the hour. */
  readonly counted: string;
  readonly others: readonly string[];
}

/** The same rows under the names of two zones. */
export interface SameAccounts {
  readonly folder: string;
  readonly other: string;
}

export interface DoubleFinder {
  /** Takes the lines of a block of one of the folders. */
  read(from: ZoneFolder, hour: number, body: Buffer, readRows: (visitor: RowVisitor) => void): void;
  doubles(): readonly Double[];
  same(): SameAccounts | undefined;
}

type MsByFolder = Map<string, number>;

const doubleIn = (hostId: number, hour: number, byFolder: MsByFolder): readonly Double[] => {
  const folders = [...byFolder].sort(([, one], [, other]) => other - one);
  const total = folders.reduce((sum, [, ms]) => sum + ms, 0);
  const [first, ...others] = folders.map(([folder]) => folder);
  const isTwice = first !== undefined && others.length > 0 && total > hourMs + toleranceMs;
  return isTwice ? [{ hour, hostId, counted: first, others }] : [];
};

/** Blocks with energy, and in which folder each stands; in the order of time. */
type Blocks = ReadonlyMap<string, string>;

/**
 * Whether one is a copy of the other: that has all its blocks, but for its last hour, which was running when it was made.
 * Zones whose hosts happen to draw the same have some hours in common, but hardly all.
 */
const sameIn = (one: Blocks, other: Blocks): SameAccounts | undefined => {
  const [short, long] = one.size < other.size ? [one, other] : [other, one];
  const hourOf = (block: string): number => Number(block.split(' ')[0]);
  const last = Math.max(...[...short.keys()].map(hourOf));
  const whole = [...short].filter(([block]) => hourOf(block) < last);
  const [first] = whole;
  if (first === undefined || !whole.every(([block]) => long.has(block))) return undefined;
  return { folder: long.get(first[0]) ?? '', other: first[1] };
};

export const createDoubleFinder = (): DoubleFinder => {
  /** Zone -> host -> hour -> how long each folder has measured it. */
  const zones = new Map<string, Map<number, Map<number, MsByFolder>>>();
  /** Zone -> the blocks with energy, and in which folder each stands. */
  const blocks = new Map<string, Map<string, string>>();
  return {
    read(from, hour, body, readRows) {
      const hosts = zones.get(from.zone ?? '') ?? new Map<number, Map<number, MsByFolder>>();
      zones.set(from.zone ?? '', hosts);
      let hasEnergy = false;
      readRows({
        onVm: () => undefined,
        onHost: () => undefined,
        onUse: () => undefined,
        onDraw(hostId, total, _rest, measuredMs) {
          hasEnergy ||= total > 0 && measuredMs > 0;
          const hours = hosts.get(hostId) ?? new Map<number, MsByFolder>();
          hosts.set(hostId, hours);
          const byFolder: MsByFolder = hours.get(hour) ?? new Map();
          hours.set(hour, byFolder);
          byFolder.set(from.folder, (byFolder.get(from.folder) ?? 0) + measuredMs);
        },
      });
      if (!hasEnergy) return;
      const ofZone = blocks.get(from.zone ?? '') ?? new Map<string, string>();
      blocks.set(from.zone ?? '', ofZone);
      ofZone.set(`${hour} ${createHash('sha256').update(body).digest('hex')}`, from.folder);
    },
    doubles: () =>
      [...zones.values()].flatMap((hosts) =>
        [...hosts].flatMap(([hostId, hours]) =>
          [...hours].flatMap(([hour, byFolder]) => doubleIn(hostId, hour, byFolder)),
        ),
      ),
    same: () => {
      const zonesOfBlocks = [...blocks.values()];
      for (const [at, one] of zonesOfBlocks.entries())
        for (const other of zonesOfBlocks.slice(at + 1)) {
          const same = sameIn(one, other);
          if (same !== undefined) return same;
        }
      return undefined;
    },
  };
};

/** Leaves out the rows of hosts that another folder has for this hour. */
export const onlyHosts = (visitor: RowVisitor, isCounted: (hostId: number) => boolean): RowVisitor => ({
  ...visitor,
  onUse(vmId, hostId, ...amounts) {
    if (isCounted(hostId)) visitor.onUse(vmId, hostId, ...amounts);
  },
  onDraw(hostId, ...amounts) {
    if (isCounted(hostId)) visitor.onDraw(hostId, ...amounts);
  },
  onGpu(vmId, hostId, ...amounts) {
    if (isCounted(hostId)) visitor.onGpu?.(vmId, hostId, ...amounts);
  },
});
