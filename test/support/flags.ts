/** Flags of a lab, each unless the test gives it too: a flag may be given once only. */
const nameOf = (flag: string): string => flag.split('=')[0] ?? '';

export const withFlags = (ofLab: readonly string[], given: readonly string[]): readonly string[] => {
  const names = new Set(given.map(nameOf));
  return [...ofLab.filter((flag) => !names.has(nameOf(flag))), ...given];
};
