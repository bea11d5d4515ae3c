/** Runs steps in order, and undoes what they made, newest first, whatever happens. */
import { runSteps } from '../../lib/io/run-steps.ts';
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
  const { failure, isStopped, last, left } = await runSteps<Step, CommandEnd, PlanEnd['left'][number]>(
    steps,
    {
      run: async (step) => {
        const end = await run(step);
        const needsUndo = end.status === 0 || isUncertain(end.status);
        if (end.status === 0 || step.noFail === true) return { needsUndo };
        await onFailure?.(step);
        return { needsUndo, failure: end };
      },
      undo: async ({ host, undo: argv }) => {
        if (argv === undefined) return undefined;
        const end = await undo(host, argv);
        return end.status === 0 ? undefined : { host, argv, end };
      },
      isStopped: isInterrupted,
      isTemporary: true,
    },
  );
  const failed = failure === undefined || last === undefined ? undefined : { step: last, end: failure };
  return { status: failure?.status ?? 0, failed, interrupted: isStopped, left };
};
