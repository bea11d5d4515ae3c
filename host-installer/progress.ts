/** How far a run over many hosts has come, as lines for a terminal that are drawn over and over. */
import { cutToWidth, displayWidthOf, fitToWidth } from '../lib/text/display-text.ts';

export interface RunningHost {
  readonly name: string;
  readonly startedMs: number;
  /** Clean; '' before there is one. */
  readonly lastLine: string;
}

export interface Progress {
  readonly total: number;
  readonly well: number;
  readonly unwell: number;
  /** In the order in which they were begun. */
  readonly running: readonly RunningHost[];
  readonly isStopping: boolean;
}

export interface Screen {
  readonly columns: number;
  readonly rows: number;
}

const formatElapsed = (elapsedMs: number): string => {
  const seconds = Math.max(0, Math.floor(elapsedMs / 1000));
  if (seconds < 60) return `${seconds}s`;
  return `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`;
};

const formatCounts = ({ total, well, unwell, running, isStopping }: Progress): string => {
  const waiting = total - well - unwell - running.length;
  const counts = `${well} done, ${unwell} failed, ${running.length} running, ${waiting} waiting`;
  return isStopping ? `stopping: ${counts}; Ctrl-C again leaves the hosts to themselves` : counts;
};

/** Names take a third of the line at most. */
const formatRunning = (running: readonly RunningHost[], nowMs: number, columns: number): string[] => {
  const nameWidth = Math.min(
    Math.max(0, ...running.map(({ name }) => displayWidthOf(name))),
    Math.max(8, Math.floor(columns / 3)),
  );
  return running.map(({ name, startedMs, lastLine }) => {
    const shown = fitToWidth(name, nameWidth, 'left', 'ascii');
    return `${shown} ${formatElapsed(nowMs - startedMs).padStart(6)}  ${lastLine}`.trimEnd();
  });
};

/** Fits on the screen: it never scrolls and no line wraps. */
export const formatProgress = (
  progress: Progress,
  nowMs: number,
  { columns, rows }: Screen,
): readonly string[] => {
  const room = Math.max(0, rows - 2);
  const lines = formatRunning(progress.running, nowMs, columns);
  const hidden = lines.length - room;
  const shown = hidden > 0 ? [...lines.slice(0, room - 1), `and ${hidden + 1} more`] : lines;
  return [formatCounts(progress), ...shown.slice(0, room)].map((line) =>
    cutToWidth(line, columns - 1, 'ascii'),
  );
};
