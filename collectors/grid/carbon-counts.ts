/**
 * CO2 of each VM since it was counted first, kept beside what of its energy is in it.
 *
 * It follows from the counters of energy, which never fall: a crash loses nothing, and nothing is counted twice. Energy
 * without a factor is left out.
 */
import { parseMapping } from '../../lib/mapping.ts';

export interface CarbonCount {
  /** Energy in millijoules up to which it is counted. */
  readonly energy: number;
  /** `undefined` while no factor has been known. */
  readonly grams: number | undefined;
}
/** By VM id; `undefined` before the first count. */
export type CarbonCounts = ReadonlyMap<number, CarbonCount> | undefined;

export interface CountedVm {
  readonly own: number;
  readonly share: number;
  readonly hostId: number | undefined;
}

const millijoulesPerKwh = 3.6e9;

/** @param gramsPerKwhOf of what the VMs of a host use now; `undefined` where it is not known */
export const countCarbon = (
  before: CarbonCounts,
  vms: ReadonlyMap<number, CountedVm>,
  gramsPerKwhOf: (hostId: number) => number | undefined,
): CarbonCounts =>
  new Map(
    [...vms].map(([id, { own, share, hostId }]): [number, CarbonCount] => {
      const energy = own + share;
      // What was used before the first count has no factor; a VM that is new since then begins at nothing.
      const known = before?.get(id) ?? { energy: before === undefined ? energy : 0, grams: undefined };
      const factor = hostId === undefined ? undefined : gramsPerKwhOf(hostId);
      if (factor === undefined) return [id, { energy, grams: known.grams }];
      const added = (Math.max(0, energy - known.energy) * factor) / millijoulesPerKwh;
      return [id, { energy, grams: (known.grams ?? 0) + added }];
    }),
  );

const formatCounts = (counts: CarbonCounts): string =>
  `${JSON.stringify({
    version: 1,
    vms:
      counts === undefined ? null : [...counts].map(([id, { energy, grams = null }]) => [id, energy, grams]),
  })}\n`;

const isAmount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0;

/** `initial` is never what a file says: a file without VMs is one. */
const parseCounts = (text: string): CarbonCounts => {
  const document = parseMapping(text);
  if (document === undefined || document['version'] !== 1 || !Array.isArray(document['vms']))
    return undefined;
  const counts = new Map<number, CarbonCount>();
  for (const entry of document['vms']) {
    const [id, energy, grams] = Array.isArray(entry) ? entry : [];
    if (!isAmount(id) || !isAmount(energy) || !(grams === null || isAmount(grams))) return undefined;
    counts.set(id, { energy, grams: grams ?? undefined });
  }
  return counts;
};

export const carbonCountsForm = {
  fileName: 'carbon.json',
  initial: undefined as CarbonCounts,
  format: formatCounts,
  parse: parseCounts,
};
