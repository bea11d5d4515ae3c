/** A signal that is aborted when the operator, or the system, wants this process to end. */
export const watchInterruption = (): { readonly signal: AbortSignal; readonly stop: () => void } => {
  const controller = new AbortController();
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const onSignal = (name: string): void => controller.abort(name);
  for (const name of names) process.on(name, onSignal);
  const stop = (): void => {
    for (const name of names) process.off(name, onSignal);
  };
  return { signal: controller.signal, stop };
};
