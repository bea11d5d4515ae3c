/**
 * What moves on a page as long as its agent measures: the energy that it counts, and all of its watts. One of them
 * may stand still by itself. What is no number does not count.
 *
 * @param counted energy; a page without any has no pulse
 */
export const pulseOf = (
  counted: Iterable<number>,
  ...watts: readonly Iterable<number>[]
): number | undefined => {
  let energy: number | undefined;
  for (const value of counted) if (Number.isFinite(value)) energy = (energy ?? 0) + value;
  if (energy === undefined) return undefined;
  let sum = energy;
  for (const values of watts) for (const value of values) if (Number.isFinite(value)) sum += value;
  return sum;
};
