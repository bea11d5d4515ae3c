/** The parts of the suite on a front-end, in the order in which they are installed. */
export const parts = ['exporter', 'auth', 'geolocation', 'prometheus', 'live-migrate'] as const;
export type Part = (typeof parts)[number];

export const isPart = (word: string): word is Part => parts.some((part) => part === word);

/** `exporter,auth` in the order of `parts`, or the words that are none. */
export const parseParts = (
  text: string,
): { readonly parts: readonly Part[] } | { readonly unknown: readonly string[] } => {
  const words = text.split(',').map((word) => word.trim());
  const unknown = words.filter((word) => !isPart(word));
  return unknown.length > 0 ? { unknown } : { parts: parts.filter((part) => words.includes(part)) };
};
