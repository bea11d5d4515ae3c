/** A document that is read at most once at a time and reused while it is fresh. */

/** One reading; two results with the same reading have the same identity. */
export interface Reading<T> {
  readonly value: T;
  /** When the reading began, in milliseconds since 1970: the value is at least as new as that. */
  readonly readAt: number;
}

export interface Source<T> {
  /** A fresh reading. A failure is not remembered: the next call reads again. */
  get(): Promise<Reading<T>>;
}

export interface SourceOptions<T> {
  readonly read: () => Promise<T>;
  /** How long after its end a reading is reused. */
  readonly reuseMs: number;
  readonly now: () => number;
}

export const createSource = <T>({ read, reuseMs, now }: SourceOptions<T>): Source<T> => {
  let last: { readonly reading: Reading<T>; readonly endedAt: number } | undefined;
  let running: Promise<Reading<T>> | undefined;

  const readAnew = async (): Promise<Reading<T>> => {
    const readAt = now();
    try {
      const reading = { value: await read(), readAt };
      last = { reading, endedAt: now() };
      return reading;
    } finally {
      running = undefined;
    }
  };

  return {
    get() {
      if (running === undefined && last !== undefined && now() - last.endedAt < reuseMs) {
        return Promise.resolve(last.reading);
      }
      running ??= readAnew();
      return running;
    },
  };
};
