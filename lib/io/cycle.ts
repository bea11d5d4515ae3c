/** Something that is done again and again, once at a time. */
export interface Cycle {
  /** Now rather than later; nothing where it is being done. */
  start(): void;
  /** Resolves when the run that is under way, if there is one, has ended. */
  stop(): Promise<void>;
}

/** @param run does not fail; is called again `intervalMs` after each beginning, or at its end if that is later */
export const createCycle = (run: () => Promise<void>, intervalMs: number): Cycle => {
  let timer: NodeJS.Timeout | undefined;
  let isRunning = false;
  let isStopped = false;
  let running = Promise.resolve();
  const runOnce = async (): Promise<void> => {
    isRunning = true;
    clearTimeout(timer);
    const beganAt = performance.now();
    await run();
    isRunning = false;
    const leftMs = Math.max(0, beganAt + intervalMs - performance.now());
    if (!isStopped) timer = setTimeout(start, leftMs);
  };
  const start = (): void => {
    if (!isRunning && !isStopped) running = runOnce();
  };
  return {
    start,
    stop() {
      isStopped = true;
      clearTimeout(timer);
      return running;
    },
  };
};
