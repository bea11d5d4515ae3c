/**
 * The power agents that the exporter understands, in the order in which they are trusted: where several agents of
 * one host measure the same thing, the value of the first is taken.
 */
import type { PowerAgent } from './agent.ts';
import { onepower } from './onepower.ts';
import { scaphandre } from './scaphandre.ts';

export const powerAgents = [scaphandre, onepower] as const satisfies readonly PowerAgent[];

/** The jobs in which Prometheus scrapes agents. */
export const agentJobs: readonly string[] = powerAgents.map(({ name }) => name);
