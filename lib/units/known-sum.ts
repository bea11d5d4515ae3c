/** The sum of what is known; `undefined` where nothing is: unknown is not zero. */
export const sumOfKnown = <T extends number>(values: readonly (T | undefined)[]): T | undefined => {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : (known.reduce<number>((sum, value) => sum + value, 0) as T);
};
