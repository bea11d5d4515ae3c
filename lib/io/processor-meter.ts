/** How long work kept the processor busy, so that whoever makes us work too much can be told so. */

export interface ProcessorMeter {
  /** Runs a task that does not wait. */
  measure(task: () => void): void;
  usedMs(): number;
}

/** What the system and Node do for each piece that is read, beside our own work. */
const perTaskMs = 0.01;

/** Shorter tasks are hardly ever interrupted, and asking for the process' own time costs a part of that. */
const shortMs = 2;
let processTime = process.cpuUsage();
let askedAt = performance.now();

/** What the process has used since it was asked for last. */
const processMs = (now: number): number => {
  const before = processTime;
  processTime = process.cpuUsage();
  askedAt = now;
  return (processTime.user - before.user + processTime.system - before.system) / 1000;
};

/**
 * Neither clock is right alone: the time that has passed counts what other programs did meanwhile, and the
 * process' own time counts its other threads, and up to `shortMs` of what came before. The smaller one never counts
 * what was not ours by much.
 */
export const createProcessorMeter = (): ProcessorMeter => {
  let usedMs = 0;
  return {
    measure(task) {
      const startedAt = performance.now();
      if (startedAt - askedAt > shortMs) processMs(startedAt);
      try {
        task();
      } finally {
        const endedAt = performance.now();
        const passedMs = endedAt - startedAt;
        usedMs += perTaskMs + (passedMs < shortMs ? passedMs : Math.min(passedMs, processMs(endedAt)));
      }
    },
    usedMs: () => usedMs,
  };
};
