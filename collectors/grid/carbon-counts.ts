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
  /** The same of GPUs. */
  readonly gpu: number;
  /** `undefined` while no factor has been known. */
  readonly grams: number | undefined;
}
/** By VM id; `undefined` before the first count. */
export type CarbonCounts = ReadonlyMap<number, CarbonCount> | undefined;

export interface CountedVm {
  readonly own: number;
  readonly share: number;
  readonly gpu: number;
  readonly hostId: number | undefined;
}

const millijoulesPerKwh = 3.6e9;

/** What a kilowatt-hour stands for, in grams: of what the agent of a host measures, and of what its GPUs use. */
export interface GramsPerKwh {
  readonly measured: number;
  readonly gpu: number;
}

/** @param gramsPerKwhOf of what the VMs of a host use now; `undefined` where it is not known */
export const countCarbon = (
  before: CarbonCounts,
  vms: ReadonlyMap<number, CountedVm>,
  gramsPerKwhOf: (hostId: number) => GramsPerKwh | undefined,
): CarbonCounts =>
  new Map(
    [...vms].map(([id, { own, share, gpu, hostId }]): [number, CarbonCount] => {
      const now = { energy: own + share, gpu };
      // What was used before the first count has no factor; a VM that is new since then begins at nothing.
      const first = before === undefined ? now : { energy: 0, gpu: 0 };
      const known = before?.get(id) ?? { ...first, grams: undefined };
      const factors = hostId === undefined ? undefined : gramsPerKwhOf(hostId);
      if (factors === undefined) return [id, { ...now, grams: known.grams }];
      const added =
        Math.max(0, now.energy - known.energy) * factors.measured +
        Math.max(0, gpu - known.gpu) * factors.gpu;
      return [id, { ...now, grams: (known.grams ?? 0) + added / millijoulesPerKwh }];
    }),
  );

const formatCounts = (counts: CarbonCounts): string =>
  `${JSON.stringify({
    version: 1,
    vms:
      counts === undefined
        ? null
        : [...counts].map(([id, { energy, gpu, grams = null }]) =>
            gpu === 0 ? [id, energy, grams] : [id, energy, grams, gpu],
          ),
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
    const [id, energy, grams, gpu = 0] = Array.isArray(entry) ? entry : [];
    if (!isAmount(id) || !isAmount(energy) || !isAmount(gpu) || !(grams === null || isAmount(grams)))
      return undefined;
    counts.set(id, { energy, gpu, grams: grams ?? undefined });
  }
  return counts;
};

export const carbonCountsForm = {
  fileName: 'carbon.json',
  initial: undefined as CarbonCounts,
  format: formatCounts,
  parse: parseCounts,
};
