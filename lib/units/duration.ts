/**
 * Durations as Prometheus writes them: `500ms`, `5s`, `1m30s`, `2h`.
 * Units: ms, s, m, h, d. The result is in milliseconds.
 */

const millisecondsPerUnit = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** Parses a duration; `undefined` when the text is not one. `0` needs no unit. */
export const parseDurationMs = (text: string): number | undefined => {
  if (text === '0') return 0;
  if (!/^(?:\d+(?:ms|s|m|h|d))+$/.test(text)) return undefined;
  let totalMs = 0;
  for (const [, amount, name] of text.matchAll(/(\d+)(ms|s|m|h|d)/g)) {
    totalMs += Number(amount) * (millisecondsPerUnit.get(name ?? '') ?? Number.NaN);
  }
  return Number.isSafeInteger(totalMs) ? totalMs : undefined;
};

/** Formats milliseconds with the largest unit that divides them: 60000 -> `1m`. */
export const formatDuration = (durationMs: number): string => {
  if (durationMs === 0) return '0';
  for (const [name, size] of [...millisecondsPerUnit].reverse()) {
    if (durationMs % size === 0) return `${durationMs / size}${name}`;
  }
  return `${durationMs}ms`;
};
