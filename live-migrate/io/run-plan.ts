/** Runs steps in order, and undoes what they made, newest first, whatever happens. */

import type { Argv } from '../../lib/remote-command.ts';
import type { Step } from '../steps.ts';
import type { CommandEnd } from './hosts.ts';

export interface PlanEnd {
  /** Of the first step that failed and may not; 0 where none did. */
  readonly status: number;
  readonly failed: { readonly step: Step; readonly end: CommandEnd } | undefined;
  /** The list was not run to its end because it was asked to stop. */
  readonly interrupted: boolean;
  /** Undo commands that failed: what may be left behind. */
  readonly left: readonly { readonly host: string; readonly argv: Argv; readonly end: CommandEnd }[];
}

export interface PlanRunner {
  readonly run: (step: Step) => Promise<CommandEnd>;
  readonly undo: (host: string, argv: Argv) => Promise<CommandEnd>;
  readonly isInterrupted: () => boolean;
  /** After a failure, before anything is undone: the place for questions. */
  readonly onFailure?: (step: Step) => Promise<void>;
}

/** Ended by a signal, by the connection or by the clock: whether it did anything is not known. */
const isUncertain = (status: number): boolean => status >= 124;

export const runPlan = async (
  steps: readonly Step[],
  { run, undo, isInterrupted, onFailure }: PlanRunner,
): Promise<PlanEnd> => {
  const made: { readonly host: string; readonly argv: Argv }[] = [];
  let failed: PlanEnd['failed'];
  let interrupted = false;
  for (const step of steps) {
    interrupted = isInterrupted();
    if (interrupted) break;
    const end = await run(step);
    if (step.undo !== undefined && (end.status === 0 || isUncertain(end.status)))
      made.push({ host: step.host, argv: step.undo });
    if (end.status === 0 || step.noFail === true) continue;
    failed = { step, end };
    await onFailure?.(step);
    break;
  }
  const left: PlanEnd['left'][number][] = [];
  for (const { host, argv } of made.reverse()) {
    const end = await undo(host, argv);
    if (end.status !== 0) left.push({ host, argv, end });
  }
  return { status: failed?.end.status ?? 0, failed, interrupted, left };
};
