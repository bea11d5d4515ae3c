/** Lets at most `limit` tasks run at once; the others wait in order. */
export const createLimit = (limit: number): (<T>(task: () => Promise<T>) => Promise<T>) => {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (task) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
};

/**
 * Waits until every task has ended, also when one failed, so that nothing goes on behind the caller's back. Results in
 * order; fails as the first of the list that failed.
 */
export const allEnded = async <T>(tasks: readonly Promise<T>[]): Promise<readonly T[]> => {
  await Promise.allSettled(tasks);
  return Promise.all(tasks);
};
