/**
 * What a machine draws as a whole, as a multiple of what RAPL counts of it, over the same minutes: the factor by which
 * the power of VMs misses fans, disks and the losses of power supplies.
 */

/** Why the factor is not shown; docs/metrics.md lists them with their meaning. */
export const supplyFactorReasons = {
  host_power_unknown:
    'no agent of the host gives the power of its processors, so there is nothing to compare with',
  below_one:
    'the machine draws less than its processors: one of the two meters is wrong, or the BMC is that of another host',
  above_four:
    'the machine draws more than four times what its processors do: it has GPUs or many disks, or the BMC is that of another host',
} as const;
export type SupplyFactorReason = keyof typeof supplyFactorReasons;
export type SupplyFactor = number | SupplyFactorReason;

/** What both meters said at one moment. */
export interface SupplyMoment {
  readonly seconds: number;
  readonly platformWatts: number;
  readonly hostWatts: number;
}

/** BMCs are asked every half minute or so, and some tell a mean of the last seconds. */
const windowSeconds = 300;
const least = 1;
const most = 4;

/** The moments that count now. */
export const advanceSupply = (
  before: readonly SupplyMoment[],
  now: SupplyMoment,
): readonly SupplyMoment[] => [
  ...before.filter(({ seconds }) => now.seconds - seconds < windowSeconds && seconds < now.seconds),
  now,
];

export const supplyFactorOf = (moments: readonly SupplyMoment[]): SupplyFactor => {
  const platform = moments.reduce((all, { platformWatts }) => all + platformWatts, 0);
  const host = moments.reduce((all, { hostWatts }) => all + hostWatts, 0);
  if (host <= 0) return 'host_power_unknown';
  const factor = platform / host;
  if (factor < least) return 'below_one';
  return factor > most ? 'above_four' : factor;
};
