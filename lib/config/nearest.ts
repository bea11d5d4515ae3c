/** What somebody may have meant who wrote a name that does not exist. */
import { closestMatch } from 'leven';

/** The name that differs least, where it differs little, or that goes on as this one begins. */
const nearestOf = (name: string, names: readonly string[]): string | undefined =>
  closestMatch(name, names, { maxDistance: Math.max(1, Math.floor(name.length / 3)) }) ??
  names.find((one) => name.length > 3 && one.startsWith(name));

/** `; did you mean --jobs?`, or nothing. */
export const suggestion = (name: string, names: readonly string[]): string => {
  const nearest = nearestOf(name, names);
  return nearest === undefined ? '' : `; did you mean ${nearest}?`;
};
