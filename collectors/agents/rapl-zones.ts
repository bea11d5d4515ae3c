/** Which zones of RAPL make up a host: zones hold one another, and must not all be added. */

/**
 * The whole platform (`psys`) where the host has it, else the packages with their memory: core and uncore are parts
 * of a package. `undefined` where neither is known, as memory alone is no host.
 *
 * @param zones by name
 */
export const hostZonesOf = (zones: Iterable<string>): readonly string[] | undefined => {
  const known = new Set(zones);
  if (known.has('psys')) return ['psys'];
  if (!known.has('package')) return undefined;
  return known.has('dram') ? ['package', 'dram'] : ['package'];
};

/** The sum over the zones that make up the host; `undefined` where one of them has no value. */
export const sumOfZones = (
  zones: readonly string[],
  values: ReadonlyMap<string, number>,
): number | undefined => {
  let sum = 0;
  for (const zone of zones) sum += values.get(zone) ?? Number.NaN;
  return Number.isNaN(sum) ? undefined : sum;
};
