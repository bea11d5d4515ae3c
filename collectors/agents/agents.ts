/**
 * The power agents that the exporter understands, in the order in which they are trusted: where several agents of
 * one host measure the same thing, the value of the first is taken.
 */
import type { PowerAgent } from './agent.ts';
import { kepler } from './kepler.ts';
import { nodeExporter } from './node-exporter.ts';
import { onepower } from './onepower.ts';
import { scaphandre } from './scaphandre.ts';
import { telegraf } from './telegraf.ts';

export const powerAgents = [
  onepower,
  scaphandre,
  kepler,
  telegraf,
  nodeExporter,
] as const satisfies readonly PowerAgent[];

const agents: readonly PowerAgent[] = powerAgents;
export const agentNames: readonly string[] = agents.map(({ name }) => name);

/** The jobs in which Prometheus scrapes agents. */
export const agentJobs: readonly string[] = agents
  .filter(({ isScrapedAnyway }) => isScrapedAnyway !== true)
  .map(({ name }) => name);
