/** Signals with which the operator, or the system, wants this process to end. */
import { setMaxListeners } from 'node:events';

export interface Interruption {
  /** Aborted by the first of the signals; its name is the reason. */
  readonly first: AbortSignal;
  /** Aborted by the second: somebody wants the end now. */
  readonly second: AbortSignal;
  /** From here on signals do what they did before. */
  close(): void;
}

export const watchInterruption = (
  names: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'],
): Interruption => {
  const [first, second] = [new AbortController(), new AbortController()];
  setMaxListeners(0, first.signal, second.signal); // each host that is worked on may listen
  const onSignal = (name: string): void => (first.signal.aborted ? second : first).abort(name);
  for (const name of names) process.on(name, onSignal);
  return {
    first: first.signal,
    second: second.signal,
    close: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
};
