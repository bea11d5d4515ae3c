/** Runs steps that are undone, newest first, when one of them fails. */
import { reasonOf } from '../../lib/errors/oneext-error.ts';
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
 * All of the steps, or none: fails with INSTALL_FAILED, which has the first failure, and says what could not be
 * undone. An aborted signal is a failure before the next step.
 */
export const runSteps = async (
  steps: readonly Step[],
  onStep: (title: string) => void,
  signal?: AbortSignal,
): Promise<void> => {
  const begun: Step[] = [];
  try {
    for (const step of steps) {
      if (signal?.aborted === true) throw new Error(`stopped by ${String(signal.reason)}`);
      begun.unshift(step);
      onStep(step.title);
      await step.run();
    }
  } catch (thrown) {
    const left: string[] = [];
    for (const { title, undo } of begun) {
      await undo(left).catch((second: unknown) => left.push(`${firstLine(title)}: ${reasonOf(second)}`));
    }
    const undone = left.length === 0 ? 'everything is as it was' : `could not be undone: ${left.join('; ')}`;
    const step = nameOf(begun[0]);
    throw installError('INSTALL_FAILED', { step, detail: reasonOf(thrown), undone }, thrown);
  }
};
