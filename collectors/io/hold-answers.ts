/** Keeps answers back for a while. When too many wait, the oldest goes at once: none of them is lost. */
const mostHeld = 512;

/** Resolves after `holdMs`, or when nobody waits any more. */
export const createHold = (holdMs: number): ((left: AbortSignal) => Promise<void>) => {
  const held = new Set<() => void>();
  return (left) =>
    new Promise((resolve) => {
      if (left.aborted) return resolve();
      const release = (): void => {
        clearTimeout(timer);
        left.removeEventListener('abort', release);
        held.delete(release);
        resolve();
      };
      const timer = setTimeout(release, holdMs);
      left.addEventListener('abort', release);
      held.add(release);
      const [oldest] = held;
      if (held.size > mostHeld) oldest?.();
    });
};
