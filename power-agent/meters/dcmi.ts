/** The power of the whole machine, from its BMC: what `ipmitool dcmi power reading` prints. */

/**
 * In watts; `undefined` where the BMC does not measure: it says `deactivated` then, and 0 watts in every line.
 */
export const parseDcmiPower = (output: string): number | undefined => {
  const watts = Number(
    /Instantaneous power reading\s*:\s*(\d+(?:\.\d+)?)\s*Watts/i.exec(output)?.[1] ?? Number.NaN,
  );
  const isActive = !/Power reading state is\s*:\s*deactivated/i.test(output);
  return isActive && watts > 0 ? watts : undefined;
};
