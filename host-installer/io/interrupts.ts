/** What ends a run: the first Ctrl-C, or TERM or HUP, stops it; the next leaves hosts to themselves. */
import { setMaxListeners } from 'node:events';

export interface Interrupts {
  readonly stop: AbortSignal;
  readonly abandon: AbortSignal;
  /** From here on signals do what they did before. */
  close(): void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export const watchInterrupts = (): Interrupts => {
  const [stop, abandon] = [new AbortController(), new AbortController()];
  setMaxListeners(0, stop.signal, abandon.signal); // each host that runs listens
  const onSignal = (): void => (stop.signal.aborted ? abandon : stop).abort();
  for (const signal of signals) process.on(signal, onSignal);
  return {
    stop: stop.signal,
    abandon: abandon.signal,
    close: () => {
      for (const signal of signals) process.removeListener(signal, onSignal);
    },
  };
};
