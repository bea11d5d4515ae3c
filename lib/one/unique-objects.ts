/**
 * Makes sure that an id stands once in what was read from a pool.
 *
 * oned does not escape `]]>`, so a tenant's attribute can end its own VM early and forge another one. Which of
 * two objects with one id is the real one cannot be told from the pool: `repeated` names such ids, to be read
 * one by one. In `objects` the first of each stands.
 */
export interface UniqueObjects<T> {
  readonly objects: readonly T[];
  readonly repeated: readonly number[];
}

export const takeUnique = <T extends { readonly id: number }>(objects: readonly T[]): UniqueObjects<T> => {
  const byId = new Map<number, T>();
  const repeated = new Set<number>();
  for (const object of objects) {
    if (byId.has(object.id)) repeated.add(object.id);
    else byId.set(object.id, object);
  }
  return repeated.size === 0
    ? { objects, repeated: [] }
    : { objects: [...byId.values()], repeated: [...repeated] };
};
