/**
 * Makes sure that an id stands once in what was read from a pool.
 *
 * oned lists a pool by falling id and does not escape `]]>`, so a tenant's attribute can end its own VM early
 * and forge another one. Of two objects with one id the one that fits the falling order is the real one.
 */
export const keepUnique = <T extends { readonly id: number }>(objects: readonly T[]): readonly T[] => {
  const seen = new Map<number, number>();
  const dropped = new Set<number>();
  const fits = (at: number): boolean => {
    const id = objects[at]?.id ?? 0;
    const before = objects[at - 1]?.id ?? Number.POSITIVE_INFINITY;
    const after = objects[at + 1]?.id ?? Number.NEGATIVE_INFINITY;
    return before > id && id > after;
  };
  for (const [at, { id }] of objects.entries()) {
    const earlier = seen.get(id);
    if (earlier === undefined) {
      seen.set(id, at);
    } else if (!fits(earlier) && fits(at)) {
      dropped.add(earlier);
      seen.set(id, at);
    } else {
      dropped.add(at);
    }
  }
  return dropped.size === 0 ? objects : objects.filter((_, at) => !dropped.has(at));
};
