/**
 * Rests after work that kept the processor busy, one after the other: however many do such work at once, it takes
 * about half of the processor's time, and everything else comes between two pieces of it.
 */
import { setTimeout as sleep } from 'node:timers/promises';

/** A piece that cost more than this is not what it seems: the processor was busy elsewhere. */
const mostRestMs = 100;

export const createRests = (): ((costMs: number) => Promise<void>) => {
  let last = Promise.resolve();
  return (costMs) => {
    // While one rests, another works.
    last = last.then(() => sleep(Math.min(2 * costMs, mostRestMs)));
    return last;
  };
};
