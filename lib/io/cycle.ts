/** Something that is done again and again, once at a time. */
export interface Cycle {
  /** Now rather than later; nothing where it is being done. */
  start(): void;
  stop(): void;
}

/** @param run does not fail; is called again `intervalMs` after each beginning, or at its end if that is later */
export const createCycle = (run: () => Promise<void>, intervalMs: number): Cycle => {
  let timer: NodeJS.Timeout | undefined;
  let isRunning = false;
  let isStopped = false;
  const runOnce = async (): Promise<void> => {
    if (isRunning || isStopped) return;
    isRunning = true;
    clearTimeout(timer);
    const beganAt = performance.now();
    await run();
    isRunning = false;
    const leftMs = Math.max(0, beganAt + intervalMs - performance.now());
    if (!isStopped) timer = setTimeout(runOnce, leftMs);
  };
  return {
    start: () => void runOnce(),
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
};
