/** What somebody may have meant who wrote a name that does not exist. */
import { closestMatch } from 'leven';

/** The name that differs least, where it differs little; `undefined` otherwise. */
export const nearestOf = (name: string, names: Iterable<string>): string | undefined =>
  closestMatch(name, [...names], { maxDistance: Math.max(1, Math.floor(name.length / 3)) });

/** `; did you mean --jobs?`, or nothing. */
export const suggestion = (name: string, names: Iterable<string>): string => {
  const nearest = nearestOf(name, names);
  return nearest === undefined ? '' : `; did you mean ${nearest}?`;
};
