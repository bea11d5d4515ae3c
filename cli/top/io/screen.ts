/**
 * The terminal as a screen that a program has for itself: the alternate screen, keys as they are struck.
 *
 * However the process ends or is stopped (Ctrl-Z, SIGTERM, SIGHUP, a fault), the terminal is as it was; only
 * SIGKILL cannot be helped.
 */
import { writeSync } from 'node:fs';
import type { Size } from '../frame.ts';
import { renderChanges } from '../render.ts';

export interface ScreenEvents {
  onBytes(bytes: Uint8Array): void;
  /** Everything must be drawn: the size has changed, or the process has been continued. */
  onResize(): void;
  /** The terminal has gone. */
  onEnd(): void;
}

export interface Screen {
  size(): Size;
  draw(lines: readonly string[]): void;
  /** The next frame is drawn as a whole. */
  forget(): void;
  /** Stops the process, as Ctrl-Z does. */
  suspend(): void;
  close(): void;
}

// Alternate screen, no cursor, no wrapping of lines that a terminal sees wider than we do.
const entering = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J';
// The cursor goes to the end first, for terminals that have but one screen.
const leaving = '\x1b[m\x1b[?7h\x1b[?25h\x1b[999;1H\r\n\x1b[?1049l';
const endingSignals = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'] as const;
/** Of a terminal that does not say. */
const usualSize = { columns: 80, rows: 24 };
/** Where nobody minds job control, SIGTSTP does nothing and no SIGCONT follows. */
const unstoppedAfterMs = 250;

/** At once, whatever happens next; a terminal that has gone is no failure here. */
const writeNow = (text: string): void => {
  try {
    writeSync(process.stdout.fd, text);
  } catch {
    // EIO: nobody sees it.
  }
};

export const openScreen = (events: ScreenEvents): Screen => {
  const { stdin, stdout } = process;
  let drawn: readonly string[] = [];
  let isEntered = false;

  const enter = (): void => {
    if (isEntered) return;
    isEntered = true;
    drawn = [];
    stdin.setRawMode(true);
    writeNow(entering);
  };
  const leave = (): void => {
    if (!isEntered) return;
    isEntered = false;
    try {
      stdin.setRawMode(false);
    } catch {
      // EIO: the terminal has gone.
    }
    writeNow(leaving);
  };

  const onContinued = (): void => {
    process.off('SIGTSTP', suspend).on('SIGTSTP', suspend);
    leave(); // who continued it may have changed the terminal's modes
    enter();
    events.onResize();
  };
  const suspend = (): void => {
    leave();
    process.off('SIGTSTP', suspend);
    process.kill(process.pid, 'SIGTSTP');
    setTimeout(() => {
      if (!isEntered && !isClosed) onContinued();
    }, unstoppedAfterMs).unref();
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    close();
    process.kill(process.pid, signal); // its status shall say so
  };
  const onResize = (): void => {
    drawn = [];
    events.onResize();
  };
  const onBytes = (bytes: Uint8Array): void => events.onBytes(bytes);
  const onEnd = (): void => events.onEnd();

  let isClosed = false;
  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    leave();
    for (const signal of endingSignals) process.off(signal, onSignal);
    process.off('SIGTSTP', suspend).off('SIGCONT', onContinued).off('exit', leave);
    stdout.off('resize', onResize).off('error', onEnd);
    stdin.off('data', onBytes).off('end', onEnd).off('error', onEnd).pause();
  };

  for (const signal of endingSignals) process.on(signal, onSignal);
  process.on('SIGTSTP', suspend).on('SIGCONT', onContinued).on('exit', leave);
  stdout.on('resize', onResize).on('error', onEnd);
  stdin.on('data', onBytes).on('end', onEnd).on('error', onEnd).resume();
  enter();

  return {
    size: () => ({ columns: stdout.columns || usualSize.columns, rows: stdout.rows || usualSize.rows }),
    draw(lines) {
      if (!isEntered) return;
      const changes = renderChanges(drawn, lines);
      drawn = lines;
      if (changes !== '') stdout.write(changes);
    },
    forget() {
      drawn = [];
    },
    suspend,
    close,
  };
};
