/** Runs steps in order, and undoes what they made, newest first, whatever happens. */
import { runSteps } from '../../lib/io/run-steps.ts';
import type { Argv } from '../../lib/remote-command.ts';
import type { Step } from '../steps.ts';
import { type CommandEnd, isUncertain } from './hosts.ts';

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
  readonly onFailure?: (failure: NonNullable<PlanEnd['failed']>) => Promise<void>;
}

/** What an uncertain step, or the first try of its undo, has left to do for `ip link delete`. */
const isGone = ({ stderr }: CommandEnd): boolean => /^Cannot find device/m.test(stderr);

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
        await onFailure?.({ step, end });
        return { needsUndo, failure: end };
      },
      undo: async ({ host, undo: argv }) => {
        if (argv === undefined) return undefined;
        const end = await undo(host, argv);
        return end.status === 0 || isGone(end) ? undefined : { host, argv, end };
      },
      isStopped: isInterrupted,
      isTemporary: true,
    },
  );
  const failed = failure === undefined || last === undefined ? undefined : { step: last, end: failure };
  return { status: failure?.status ?? 0, failed, interrupted: isStopped, left };
};
