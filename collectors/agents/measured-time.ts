/** How much time an agent can have measured: it looks at its own clock, at moments of its own. */

const tolerance = 1.1;
/** In milliseconds: an agent may have measured that long before its page was read. */
const longestLagMs = 61_000;

/** Whether an agent says that it has measured more time than has passed between two of its pages: it is another one. */
export const isLongerThanPassed = (measuredMs: number, passedMs: number): boolean =>
  measuredMs > passedMs * tolerance + longestLagMs;
