/** Acts of another user between the system calls of what is tested. */
import * as systemCalls from 'node:fs/promises';
import type { FileCalls } from '../../lib/io/held-folder.ts';

/** The real calls; `act` is told how many there were before each of them. */
export const actBetween = (act: (call: number) => void): FileCalls => {
  let count = 0;
  return new Proxy(
    { ...systemCalls },
    {
      get:
        (calls, name: keyof FileCalls) =>
        (...words: readonly unknown[]) => {
          act(count);
          count += 1;
          return Reflect.apply(calls[name], undefined, words);
        },
    },
  );
};
