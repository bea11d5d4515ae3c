/**
 * Whose energy it was: the host's energy is shared out by CPU time over the capacity of all CPUs.
 *
 * What no VM used is of other processes as far as CPUs were busy, and idle as far as they were not. The three sum to
 * the host's energy.
 */

export interface EnergyUse {
  /** Of the host, in joules. */
  readonly joules: number;
  /** CPU seconds of each VM. */
  readonly vmSeconds: ReadonlyMap<string, number>;
  /** CPU seconds in which CPUs were busy, and all that there were. */
  readonly busySeconds: number;
  readonly capacitySeconds: number;
}

/** In joules. */
export interface EnergyShares {
  readonly vms: ReadonlyMap<string, number>;
  readonly other: number;
  readonly idle: number;
}

/**
 * The kernel counts busy time in ticks and VMs in microseconds: VMs may seem to use more than was busy, or more than
 * there was. Nothing is left for others then, and the VMs share what there was.
 */
export const attributeEnergy = (use: EnergyUse): EnergyShares => {
  const { joules, vmSeconds, busySeconds, capacitySeconds } = use;
  const ofVms = [...vmSeconds.values()].reduce((sum, seconds) => sum + seconds, 0);
  const whole = Math.max(capacitySeconds, busySeconds, ofVms);
  if (!(whole > 0)) return { vms: new Map(), other: 0, idle: joules };
  const vms = new Map([...vmSeconds].map(([vm, seconds]) => [vm, (joules * seconds) / whole] as const));
  const given = [...vms.values()].reduce((sum, share) => sum + share, 0);
  const other = Math.min(joules - given, (joules * Math.max(0, busySeconds - ofVms)) / whole);
  return { vms, other: Math.max(0, other), idle: Math.max(0, joules - given - Math.max(0, other)) };
};
