/** Cuts energy into whole millijoules, so that parts and rest sum to the whole exactly, however long they are added. */

/** How far parts may exceed their whole: what floating point makes of equal sums. */
const tolerance = 1e-9;
/** In millijoules; less is nothing. */
const negligible = 1e-6;

export interface Apportioned {
  readonly parts: readonly number[];
  /** What nobody got; never negative. */
  readonly rest: number;
}

/**
 * The places where the running sum is rounded, not the parts: their errors do not add up.
 *
 * Fails where the parts are no parts of the whole.
 *
 * @param scale by which parts are multiplied before
 */
export const apportion = (whole: number, parts: readonly number[], scale = 1): Apportioned => {
  const total = Math.round(whole);
  const rounded: number[] = [];
  let sum = 0;
  let given = 0;
  for (const part of parts) {
    if (!(part >= 0)) throw new RangeError(`a part of ${whole} mJ is ${part} mJ`);
    sum += part * scale;
    const upTo = Math.min(total, Math.round(sum));
    rounded.push(upTo - given);
    given = upTo;
  }
  if (!(sum <= whole * (1 + tolerance) + negligible))
    throw new RangeError(`the parts of ${whole} mJ sum to ${sum} mJ`);
  return { parts: rounded, rest: total - given };
};
