/** Runs steps one after the other, and undoes them, newest first. */
export interface StepEnd<Failure> {
  /** Whether the step may have left something to undo. */
  readonly needsUndo: boolean;
  /** Ends the run. */
  readonly failure?: Failure;
}

export interface StepRunner<Step, Failure, Left> {
  /** Never throws. */
  readonly run: (step: Step) => Promise<StepEnd<Failure>>;
  /** What it could not undo, if anything. Is told what the steps behind this one have left. Never throws. */
  readonly undo: (step: Step, left: readonly Left[]) => Promise<Left | undefined>;
  /** Asked before each step. */
  readonly isStopped: () => boolean;
  /** What the steps make is for this run alone: it is undone after success too. */
  readonly isTemporary: boolean;
}

export interface StepsEnd<Step, Failure, Left> {
  readonly failure: Failure | undefined;
  /** A stop came before the last step. */
  readonly isStopped: boolean;
  /** The step that was begun last: the one that failed, if one did. */
  readonly last: Step | undefined;
  readonly left: readonly Left[];
}

export const runSteps = async <Step, Failure, Left>(
  steps: readonly Step[],
  { run, undo, isStopped, isTemporary }: StepRunner<Step, Failure, Left>,
): Promise<StepsEnd<Step, Failure, Left>> => {
  const made: Step[] = [];
  let failure: Failure | undefined;
  let last: Step | undefined;
  let wasStopped = false;
  for (const step of steps) {
    wasStopped = isStopped();
    if (wasStopped) break;
    last = step;
    const end = await run(step);
    if (end.needsUndo) made.unshift(step);
    failure = end.failure;
    if (failure !== undefined) break;
  }
  const left: Left[] = [];
  const isUndone = isTemporary || wasStopped || failure !== undefined;
  for (const step of isUndone ? made : []) {
    const one = await undo(step, left);
    if (one !== undefined) left.push(one);
  }
  return { failure, isStopped: wasStopped, last, left };
};
