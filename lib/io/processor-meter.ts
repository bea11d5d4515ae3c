/** How long work kept the processor busy, so that whoever makes us work too much can be told so. */

export interface ProcessorMeter {
  /** Runs a task that does not wait. */
  measure(task: () => void): void;
  usedMs(): number;
}

/** What the system and Node do for each piece that is read, beside our own work. */
const perTaskMs = 0.01;

/**
 * Neither clock is right alone: the time that has passed counts what other programs did meanwhile, and the
 * process' own time counts its other threads. The smaller one never counts what was not ours by much.
 */
export const createProcessorMeter = (): ProcessorMeter => {
  let usedMs = 0;
  return {
    measure(task) {
      const startedAt = performance.now();
      const before = process.cpuUsage();
      try {
        task();
      } finally {
        const passedMs = performance.now() - startedAt;
        const { user, system } = process.cpuUsage(before);
        usedMs += perTaskMs + Math.min(passedMs, (user + system) / 1000);
      }
    },
    usedMs: () => usedMs,
  };
};
