/** All that outlives the exporter: a line for each state. */
import { allEnded } from '../../lib/io/concurrency.ts';
import { answerCountsForm } from '../agents/answer-counts.ts';
import { learntHostsForm } from '../kept-models.ts';
import { type KeepStateOptions, keepState } from './keep-state.ts';

export const openKeptStates = async (options: KeepStateOptions) => ({
  answerCounts: await keepState(answerCountsForm, options),
  learntHosts: await keepState(learntHostsForm, options),
});
export type KeptStates = Awaited<ReturnType<typeof openKeptStates>>;

/** Writes what has changed. Does not fail: whoever reads a state learns of it. */
export const writeKeptStates = async (kept: KeptStates): Promise<void> => {
  await allEnded(Object.values(kept).map((state) => state.write()));
};
