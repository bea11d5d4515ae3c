/** The operator's word for a machine without a meter: what it draws when idle, and when all its CPUs are busy. */

export interface GivenPower {
  readonly idleWatts: number;
  readonly maxWatts: number;
}

/** @param busyRatio which part of all CPUs was busy */
export const modelPower = ({ idleWatts, maxWatts }: GivenPower, busyRatio: number): number =>
  idleWatts + (maxWatts - idleWatts) * Math.max(0, Math.min(1, busyRatio));
