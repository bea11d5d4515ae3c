/** Runs the steps of an installation or of a removal: all of them, or none. */

import { reasonOf } from '../../lib/errors/oneext-error.ts';
import { runSteps } from '../../lib/io/run-steps.ts';
import { installError } from '../errors.ts';

export interface Step {
  /** Its first line names it; more may say what it does. */
  readonly title: string;
  readonly run: () => Promise<void>;
  /**
   * Has to work whether `run` has done nothing, half or all of its work.
   *
   * @param left what later steps could not undo
   */
  readonly undo: (left: readonly string[]) => Promise<void>;
}

const firstLine = (title: string): string => title.split('\n')[0] ?? title;

const nameOf = (step: Step | undefined): string => (step === undefined ? 'the start' : firstLine(step.title));

/**
 * Fails with INSTALL_FAILED, which has the first failure, and says what could not be
 * undone. An aborted signal is a failure before the next step.
 */
export const runInstallation = async (
  steps: readonly Step[],
  onStep: (title: string) => void,
  signal?: AbortSignal,
): Promise<void> => {
  const { failure, isStopped, last, left } = await runSteps<Step, { readonly thrown: unknown }, string>(
    steps,
    {
      run: async ({ title, run }) => {
        try {
          onStep(title);
          await run();
          return { needsUndo: true };
        } catch (thrown) {
          return { needsUndo: true, failure: { thrown } };
        }
      },
      undo: ({ title, undo }, left) =>
        undo(left).then(
          () => undefined,
          (thrown: unknown) => `${firstLine(title)}: ${reasonOf(thrown)}`,
        ),
      isStopped: () => signal?.aborted === true,
      isTemporary: false,
    },
  );
  if (failure === undefined && !isStopped) return;
  const undone = left.length === 0 ? 'everything is as it was' : `could not be undone: ${left.join('; ')}`;
  const detail = failure === undefined ? `stopped by ${String(signal?.reason)}` : reasonOf(failure.thrown);
  throw installError('INSTALL_FAILED', { step: nameOf(last), detail, undone }, failure?.thrown);
};
